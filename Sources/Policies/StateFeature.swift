/// A named part of the state that a policy reads, in its order.
public struct StateFeature: Equatable, Sendable {
    /// Which part of the observation.
    public enum Name: String, CaseIterable, Sendable {
        /// The tool frame's origin in the world, metres, width 3.
        case toolPosition = "tool_position"
        /// The distance between the finger pads, metres, width 1.
        case gripperOpening = "gripper_opening"
        /// The declared goal in the world, metres, width 3.
        case goal
        /// Arm joint positions, radians, one per joint.
        case jointPositions = "joint_positions"
        /// Arm joint velocities, radians per second, one per joint.
        case jointVelocities = "joint_velocities"
        /// The encoder of the task's conveyor, metres per second, width 1.
        case conveyorSpeed = "conveyor_speed"

        /// The unit that its numbers have.
        public var units: String {
            switch self {
            case .toolPosition, .gripperOpening, .goal: "m"
            case .jointPositions: "rad"
            case .jointVelocities: "rad/s"
            case .conveyorSpeed: "m/s"
            }
        }

        /// Its width where that does not depend on the robot.
        var fixedWidth: Int? {
            switch self {
            case .toolPosition, .goal: 3
            case .gripperOpening, .conveyorSpeed: 1
            case .jointPositions, .jointVelocities: nil
            }
        }
    }

    /// Which part of the observation.
    public let name: Name
    /// How many numbers it has.
    public let width: Int
}
