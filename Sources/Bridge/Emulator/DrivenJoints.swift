public import Robots

/// What emulated servos ask of a robot's joints.
public struct JointDrive: Equatable, Sendable {
    /// Where to hold the joints; of joints without power, where they are.
    public var command: JointCommand
    /// The share of each arm motor's torque that may be used, 0 without power.
    public var torque: JointVector
    /// The share of the gripper's force that may be used.
    public var gripperTorque: Double

    /// Joints without power.
    public init(command: JointCommand) {
        self.command = command
        torque = JointVector(count: command.arm.count)
        gripperTorque = 0
    }
}

/// Joints that emulated servos move: a robot in a physics engine, or something simpler.
public protocol DrivenJoints {
    /// Where the joints are.
    var state: JointState { get }
    /// The timestep in seconds.
    var timestepSeconds: Double { get }
    /// Lets one timestep pass.
    mutating func advance(_ drive: JointDrive)
}
