internal import Robots

/// Asks the joints to stay where they are seen, in `pd_joint_pos`.
public struct StillPolicy: Policy, Sendable {
    /// One number per joint and one for the gripper.
    public let shape: PolicyShape
    private let gripper: Float

    /// Creates the policy.
    ///
    /// - Parameters:
    ///   - jointCount: Arm joints.
    ///   - horizon: Actions in a chunk, all alike.
    ///   - gripper: The gripper's action, in `[-1, 1]`, by the robot's convention.
    public init(jointCount: Int, horizon: Int = 1, gripper: Float = 0) {
        shape = PolicyShape(horizon: horizon, actionWidth: jointCount + 1)
        self.gripper = gripper
    }

    /// Does nothing: the policy has no past and no chance.
    public mutating func reset(seed: UInt64) {}

    /// Fills every row with the positions seen.
    public mutating func plan(_ observation: Observation, into chunk: inout ActionChunk) {
        let joints = shape.actionWidth - 1
        for step in 0..<shape.horizon {
            for joint in 0..<joints {
                chunk[step, joint] = Float(observation.jointPositions[joint])
            }
            chunk[step, joints] = gripper
        }
    }
}
