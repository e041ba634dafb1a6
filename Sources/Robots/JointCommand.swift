/// What the controller asks of the robot: position targets.
public struct JointCommand: Equatable, Sendable, BitwiseCopyable {
    /// Arm joint targets in radians (metres for prismatic joints), in the robot's joint order.
    public var arm: JointVector
    /// The distance wanted between the gripper's pads, in metres; 0 where there is no gripper.
    public var gripperOpening: Double
    /// Which action of the episode it carries out, where a plant takes actions as they are; else 0.
    ///
    /// Two actions in a row may be equal, and still are not one that is held.
    public var action: UInt32 = 0

    /// Creates a command.
    public init(arm: JointVector, gripperOpening: Double) {
        self.arm = arm
        self.gripperOpening = gripperOpening
    }
}

/// What the robot's encoders say.
public struct JointState: Equatable, Sendable, BitwiseCopyable {
    /// Arm joint positions in radians (metres for prismatic joints), in the robot's joint order.
    public var positions: JointVector
    /// Arm joint velocities in radians (metres) per second.
    public var velocities: JointVector
    /// The distance between the gripper's pads, in metres; 0 where there is no gripper.
    public var gripperOpening: Double

    /// Creates a state; velocities are 0 unless given.
    public init(positions: JointVector, velocities: JointVector? = nil, gripperOpening: Double) {
        precondition(velocities == nil || velocities?.count == positions.count)
        self.positions = positions
        self.velocities = velocities ?? JointVector(count: positions.count)
        self.gripperOpening = gripperOpening
    }
}
