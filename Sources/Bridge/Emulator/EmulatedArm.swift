public import Diagnostics
internal import Robots

/// A robot's servos on a wire, and the joints that they move.
public final class EmulatedArm<Joints: DrivenJoints> {
    /// The servos and their wire.
    public let bus: EmulatedBus
    /// The joints.
    public internal(set) var joints: Joints
    /// How far the world has come, in seconds.
    public private(set) var time = 0.0
    /// For how long the joints have moved, in seconds: ``time`` without what was skipped.
    public private(set) var motionTime = 0.0
    private let map: ArmServos
    private var drive: JointDrive
    /// Indices of shadows among the bus's servos, whom they follow, and how they are mounted.
    private var shadows: [(shadow: Int, leader: Int, direction: Double)] = []

    /// Servos as a robot's file names them, fresh from the factory but for their numbers and the baud
    /// rate, at the joints' positions.
    public init(map: ArmServos, joints: Joints, seed: UInt64 = 0) {
        self.map = map
        self.joints = joints
        let state = joints.state
        drive = JointDrive(
            command: JointCommand(arm: state.positions, gripperOpening: state.gripperOpening)
        )
        var servos: [EmulatedServo] = []
        for servo in map.all {
            servos.append(EmulatedServo(table: servo.table, id: servo.id, baud: map.baud))
        }
        for (leader, servo) in map.all.enumerated() {
            for shadow in servo.shadows {
                var follower = EmulatedServo(table: servo.table, id: shadow.id, baud: map.baud)
                follower[.shadowID] = Int(servo.id)
                shadows.append((servos.count, leader, shadow.direction))
                servos.append(follower)
            }
        }
        bus = EmulatedBus(wire: map.wire, servos: servos, seed: seed)
        feel()
    }

    /// The joints that servos were named for, the gripper's last; the bus's first servos, in order.
    public var jointNames: [String] { map.all.map(\.joint) }

    /// Lets the world move on to `time`.
    public func advance(to time: Double) {
        let step = joints.timestepSeconds
        while self.time + step <= time {
            self.time += step
            motionTime += step
            ask(seconds: step)
            joints.advance(drive)
            feel()
        }
    }

    /// Skips time that nobody can make up for: the host stood still.
    public func skip(to time: Double) { self.time = max(self.time, time) }

    /// Takes the power from all servos and gives it back, for 50 ms: RAM is forgotten.
    public func brownOut() {
        for index in bus.servos.indices {
            bus.servos[index].switchOn(at: time + 0.05)
        }
    }

    private func ask(seconds: Double) {
        let state = joints.state
        for (index, servo) in map.joints.enumerated() {
            let asked = bus.servos[index].advance(seconds: seconds, at: time)
            drive.torque[index] = servo.share(asked.torque)
            drive.command.arm[index] =
                asked.target.map(servo.position(atStep:)) ?? state.positions[index]
        }
        if map.gripper != nil {
            let asked = bus.servos[map.joints.count].advance(seconds: seconds, at: time)
            drive.gripperTorque = map.gripper?.share(asked.torque) ?? 0
            drive.command.gripperOpening =
                asked.target.map(map.opening(atStep:)) ?? state.gripperOpening
        }
        for (shadow, _, _) in shadows {
            _ = bus.servos[shadow].advance(seconds: seconds, at: time)
        }
    }

    private func feel() {
        let state = joints.state
        for (index, servo) in map.joints.enumerated() {
            let perRadian = servo.direction * servo.stepsPerTurn / (2 * Double.pi)
            bus.servos[index].feel(
                encoder: servo.step(at: state.positions[index]),
                speed: state.velocities[index] * perRadian
            )
        }
        if map.gripper != nil {
            let index = map.joints.count
            let encoder = map.step(atOpening: state.gripperOpening)
            let before = bus.servos[index].motor.encoder
            bus.servos[index].feel(
                encoder: encoder,
                speed: (encoder - before) / joints.timestepSeconds
            )
        }
        for (shadow, leader, direction) in shadows {
            let motor = bus.servos[leader].motor
            bus.servos[shadow].feel(
                encoder: 2048 + direction * (motor.encoder - 2048),
                speed: direction * motor.speed
            )
        }
    }
}

extension JointServo {
    /// What a share of the servo's torque is of its joint's force, which robot.yaml gives for a servo
    /// that uses its `torque_limit`.
    fileprivate func share(_ torque: Double) -> Double { min(1, torque / torqueLimit) }
}

/// What a hand does to an emulated arm.
extension EmulatedArm {
    /// Makes a servo dumb, or lets it speak again.
    public func silence(_ id: UInt8, _ isSilent: Bool) throws(InputError) {
        bus.servos[try index(of: id)].isSilent = isSilent
    }

    /// Warms a servo to so many degrees Celsius.
    public func heat(_ id: UInt8, to celsius: Double) throws(InputError) {
        bus.servos[try index(of: id)].motor.temperature = celsius
    }

    /// Sets the supply voltage; under 4 V servos forget and start again.
    public func supply(volts: Double) {
        for index in bus.servos.indices {
            if bus.servos[index].volts >= 4, volts < 4 { bus.servos[index].switchOn(at: time) }
            bus.servos[index].volts = volts
        }
    }

    private func index(of id: UInt8) throws(InputError) -> Int {
        guard let index = bus.servos.firstIndex(where: { $0.id == id }) else {
            throw .unknown("servo", name: "\(id)", known: bus.servos.map { "\($0.id)" })
        }
        return index
    }
}
