import Bridge
import Robots
import Runtime

/// Asks the follower to be where the leader is: joint positions, and the gripper's opening.
///
/// The leader is anywhere when it begins, so the follower comes to it over the first two seconds.
struct LeaderPolicy: Policy {
    let shape: PolicyShape
    private let leader: LeaderArm
    private let gripper: GripperModel?
    private let hertz: Double
    /// Where the follower stood, and how many plans have been made since.
    private var start: JointVector?
    private var startOpening = 0.0
    private var plans = 0

    /// How long the follower takes to come to the leader, in seconds.
    static let approach = 2.0

    /// - Parameters:
    ///   - leader: The arm in the operator's hand, its joints those of the follower.
    ///   - follower: The robot that follows.
    ///   - hertz: How often it is asked.
    init(leader: LeaderArm, follower: RobotModel, hertz: Double) {
        precondition(leader.positions.count == follower.armJointCount, "one joint for each")
        self.leader = leader
        gripper = follower.gripper
        self.hertz = hertz
        shape = PolicyShape(horizon: 1, actionWidth: follower.armJointCount + 1)
    }

    mutating func reset(seed: UInt64) {
        start = nil
        plans = 0
    }

    mutating func plan(
        _ observation: Observation,
        into chunk: inout ActionChunk
    ) throws(LoopFault) {
        try leader.read(within: .milliseconds(400 / max(hertz, 1)))
        if start == nil { startOpening = observation.gripperOpening }
        let from = start ?? observation.jointPositions
        start = from
        let share = min(1, Double(plans) / (Self.approach * hertz))
        plans += 1
        // Slow at both ends.
        let way = share * share * (3 - 2 * share)
        for joint in from.indices {
            chunk[0, joint] = Float(from[joint] + way * (leader.positions[joint] - from[joint]))
        }
        let opening = startOpening + way * (leader.opening - startOpening)
        chunk[0, from.count] = Float(gripper?.action(forOpening: opening) ?? 0)
    }
}
