public import Spatial

/// Delay and lag of the robot's actuators, in seconds.
public struct ActuatorTiming: Equatable, Sendable {
    /// How long a command travels before it acts.
    public var delay: Double
    /// The time constant of the first-order lag behind it; 0 for none.
    public var lag: Double
}

/// An immutable robot: everything that control and physics need, read from its folder.
///
/// Links are ordered: the arm's joints in chain order from base to tool, then the gripper's.
/// Frames, masses and shapes are those of the URDF with fixed joints merged.
public struct RobotModel: Sendable {
    /// The robot's name, that of its folder.
    public let name: String
    /// One sentence on what it is.
    public let summary: String
    /// The part fixed to the world.
    public let base: RobotBody
    /// The movable links, parents before children.
    public let links: [RobotLink]
    /// How many of ``links``, from the first on, are arm joints.
    public let armJointCount: Int
    /// The tool frame's URDF name.
    public let toolFrameName: String
    /// The tool frame in the last arm link.
    public let linkFromTool: Pose
    /// The gripper, where there is one.
    public let gripper: GripperModel?
    /// Joints that follow others.
    public let gears: [MimicGear]
    /// The arm's home position.
    public internal(set) var home: JointVector
    /// The gripper's home opening in metres; 0 where there is no gripper.
    public let homeOpening: Double
    /// Delay and lag of the actuators.
    public internal(set) var actuator: ActuatorTiming
    /// The servos of the real arm; nil where the file does not say.
    public let servos: ServoMap?
    /// Forward and inverse kinematics of the arm.
    public internal(set) var kinematics: KinematicModel
    /// FNV-1a over the bytes of robot.yaml and the URDF and the hashes of the meshes: the same files,
    /// the same number.
    public let contentHash: UInt64

    /// The arm's links, base to tool.
    public var armLinks: ArraySlice<RobotLink> { links[..<armJointCount] }

    /// URDF names of links that only meshes show, which cameras here cannot see.
    public var unseenLinks: [String] {
        (base.unseenLinks + links.flatMap(\.body.unseenLinks)).sorted()
    }

    /// The state a robot at home is in.
    public var homeState: JointState {
        JointState(positions: home, gripperOpening: homeOpening)
    }

    /// The same robot with its arm at home at other positions, `[armJointCount]`, which inverse
    /// kinematics is drawn to as well.
    public func withHome(_ positions: JointVector) -> RobotModel {
        precondition(positions.count == armJointCount)
        var robot = self
        robot.home = positions
        // Of a chain that was one before, so there always is one.
        robot.kinematics =
            KinematicModel(
                links: links,
                armJointCount: armJointCount,
                linkFromTool: linkFromTool,
                home: positions
            ) ?? kinematics
        return robot
    }

    /// The same robot whose actuators act at once, for joints that emulated servos move: the wire and
    /// the servos have delays of their own.
    public var withPromptActuators: RobotModel {
        var robot = self
        robot.actuator = ActuatorTiming(delay: 0, lag: 0)
        return robot
    }

    /// Position targets of all joints, in link order, for a command.
    ///
    /// - Parameters:
    ///   - command: Arm targets and the gripper's opening.
    ///   - targets: Receives one position per link, `[links.count]`.
    public func expand(_ command: JointCommand, into targets: UnsafeMutableBufferPointer<Double>) {
        precondition(targets.count == links.count && command.arm.count == armJointCount)
        for i in 0..<armJointCount { targets[i] = command.arm[i] }
        guard let gripper else { return }
        for finger in gripper.fingers {
            targets[finger.link] = gripper.jointTarget(of: finger, opening: command.gripperOpening)
        }
    }

    /// The distance between the pads in metres, from all joint positions in link order.
    public func gripperOpening(positions: UnsafeBufferPointer<Double>) -> Double {
        precondition(positions.count == links.count)
        guard let gripper, !gripper.fingers.isEmpty else { return 0 }
        var sum = 0.0
        for finger in gripper.fingers {
            sum += gripper.opening(of: finger, position: positions[finger.link])
        }
        return sum / Double(gripper.fingers.count)
    }
}
