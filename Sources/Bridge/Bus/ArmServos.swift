public import Diagnostics
internal import Foundation
public import Robots

/// One servo, its registers, and how its steps relate to its joint.
public struct JointServo: Sendable {
    /// The URDF joint that it moves.
    public var joint: String
    /// Its number on the bus.
    public var id: UInt8
    /// Its model's registers.
    public var table: ControlTable
    /// Servos on the same joint that obey this one's number, with 1 or -1 for how they are mounted.
    public var shadows: [(id: UInt8, direction: Double)]
    /// The step at joint position 0; of a crank, where it stands across the slide.
    public var zero: Double
    /// 1, or -1 where steps grow against the joint's axis.
    public var direction: Double
    /// Steps in a whole turn.
    public var stepsPerTurn: Double
    /// The share of its torque that the servo may use, in `0...1`.
    public var torqueLimit: Double
    /// The crank between servo and slider, if any.
    public var crank: ServoCrank?
    /// The time constant in seconds with which its joint closes on a goal; 0 where nobody knows.
    public var timeConstant = 0.0

    /// Creates a servo without shadows and crank, at full torque, with 4096 steps a turn.
    public init(
        joint: String,
        id: UInt8,
        table: ControlTable,
        zero: Double = 2048,
        direction: Double = 1
    ) {
        self.joint = joint
        self.id = id
        self.table = table
        shadows = []
        self.zero = zero
        self.direction = direction
        stepsPerTurn = 4096
        torqueLimit = 1
    }

    /// The joint position in radians, or of a slider metres, at a step.
    public func position(atStep step: Double) -> Double {
        let angle = direction * (step - zero) * (2 * Double.pi / stepsPerTurn)
        guard let crank else { return angle }
        let across = crank.horn * cos(angle)
        return crank.horn * sin(angle)
            + max(0, crank.rod * crank.rod - across * across).squareRoot()
    }

    /// The step, not rounded, at a joint position in radians or metres.
    public func step(at position: Double) -> Double {
        var angle = position
        if let crank {
            let (horn, rod) = (crank.horn, crank.rod)
            let sine = (position * position + horn * horn - rod * rod) / (2 * position * horn)
            angle = asin(min(max(sine, -1), 1))
        }
        return zero + direction * angle * (stepsPerTurn / (2 * Double.pi))
    }

    /// Radians per second of one of the servo's units of speed.
    var speedUnit: Double { direction * table.speedUnit }
}

/// The servos of one arm on one bus: those of the arm's joints in order, then the gripper's.
public struct ArmServos: Sendable {
    /// What is spoken.
    public var wire: ServoProtocol
    /// Bits per second.
    public var baud: Int
    /// One servo per arm joint, in the robot's joint order.
    public var joints: [JointServo]
    /// The gripper's servo; nil where there is none.
    public var gripper: JointServo?
    /// How the gripper's joint relates to its opening.
    public var jaw: GripperModel?
    /// After so many whole ticks without any answer the arm is stopped.
    public var lostTicksToStop = ServoMap.standardLostTicks
    /// How far a joint may lag behind its command, and for how long.
    public var following = FollowingError.standard

    /// Creates the servos of an arm; `jaw` goes with `gripper`.
    public init(
        wire: ServoProtocol,
        baud: Int,
        joints: [JointServo],
        gripper: JointServo? = nil,
        jaw: GripperModel? = nil
    ) {
        precondition((gripper == nil) == (jaw == nil), "a gripper's servo goes with its model")
        self.wire = wire
        self.baud = baud
        self.joints = joints
        self.gripper = gripper
        self.jaw = jaw
    }

    /// The servos that a robot's file names.
    ///
    /// - Throws: ``Diagnostics/InputError`` for a robot without servos, and for servos of a model that is
    ///   not known here.
    public init(_ robot: RobotModel) throws(InputError) {
        guard let map = robot.servos else {
            throw InputError(
                key: robot.name,
                expected: "a robot whose robot.yaml has the section servos",
                found: "none"
            )
        }
        var joints: [JointServo] = []
        var gripper: JointServo?
        for servo in map.servos {
            var known = try Self.servo(servo, of: map)
            known.timeConstant = robot.links[servo.link].motor.timeConstant
            if servo.link < robot.armJointCount { joints.append(known) } else { gripper = known }
        }
        self.init(
            wire: map.busProtocol,
            baud: map.baud,
            joints: joints,
            gripper: gripper,
            jaw: gripper == nil ? nil : robot.gripper
        )
        lostTicksToStop = map.stopAfterLostTicks
        following = map.followingError
    }

    private static func servo(_ servo: Servo, of map: ServoMap) throws(InputError) -> JointServo {
        let name = servo.model.lowercased()
        guard let table = ControlTable.named(name), table.wire == map.busProtocol else {
            throw .unknown(
                "servo model of \(map.busProtocol.rawValue)",
                name: name,
                known: ControlTable.all.filter { $0.wire == map.busProtocol }.map(\.model),
                key: "servos.joints.\(servo.jointName).model"
            )
        }
        var known = JointServo(
            joint: servo.jointName,
            id: servo.id,
            table: table,
            zero: Double(map.zero),
            direction: Double(servo.direction)
        )
        known.stepsPerTurn = Double(map.stepsPerTurn)
        known.shadows = servo.shadows.map { ($0.id, Double($0.direction)) }
        known.crank = servo.crank
        known.torqueLimit = servo.torqueLimit
        return known
    }

    /// Every servo that answers, arm first, then the gripper.
    public var all: [JointServo] { joints + (gripper.map { [$0] } ?? []) }

    /// The registers of the first servo; those that a loop uses are the same for all of a protocol.
    var table: ControlTable { joints[0].table }

    /// The gripper's opening in metres at a step, within the stroke.
    func opening(atStep step: Double) -> Double {
        guard let gripper, let jaw, let finger = jaw.fingers.first else { return 0 }
        let opening = jaw.opening(of: finger, position: gripper.position(atStep: step))
        return min(max(opening, 0), jaw.maxOpening)
    }

    /// The step, not rounded, at an opening in metres, within the stroke.
    func step(atOpening opening: Double) -> Double {
        guard let gripper, let jaw, let finger = jaw.fingers.first else { return 0 }
        return gripper.step(at: jaw.jointTarget(of: finger, opening: opening))
    }
}
