import Robots
import Runtime
import Spatial

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

extension StateFeature {
    /// Writes features one behind the other, in their units.
    ///
    /// - Throws: `LoopFault` if one is missing, of another width, or not finite.
    static func write(
        _ features: [StateFeature],
        of observation: Observation,
        to output: UnsafeMutablePointer<Float>
    ) throws(LoopFault) {
        var at = 0
        for feature in features {
            try feature.write(observation, to: output + at)
            at += feature.width
        }
        for i in 0..<at {
            guard output[i].isFinite else { throw .notFinite(what: "the observed state") }
        }
    }

    private func write(
        _ observation: Observation,
        to output: UnsafeMutablePointer<Float>
    ) throws(LoopFault) {
        switch name {
        case .toolPosition:
            let p = observation.worldFromTool.translation
            (output[0], output[1], output[2]) = (Float(p.x), Float(p.y), Float(p.z))
        case .gripperOpening:
            output[0] = Float(observation.gripperOpening)
        case .goal:
            guard let p = observation.goal else {
                throw .policy(what: "the policy needs a goal and the observation has none")
            }
            (output[0], output[1], output[2]) = (Float(p.x), Float(p.y), Float(p.z))
        case .conveyorSpeed:
            guard let speed = observation.conveyorSpeed else {
                throw .policy(what: "the policy needs a conveyor's speed and there is none")
            }
            output[0] = Float(speed)
        case .jointPositions: try write(observation.jointPositions, to: output)
        case .jointVelocities: try write(observation.jointVelocities, to: output)
        }
    }

    private func write(
        _ joints: JointVector,
        to output: UnsafeMutablePointer<Float>
    ) throws(LoopFault) {
        guard joints.count == width else {
            throw .policy(what: "the policy was trained on another number of joints")
        }
        for i in 0..<width { output[i] = Float(joints[i]) }
    }
}
