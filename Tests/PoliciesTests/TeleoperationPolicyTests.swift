import Diagnostics
import Policies
import Robots
import Runtime
import Spatial
import Testing

@Suite struct TeleoperationPolicyTests {
    private let link = OperatorLink()

    private func policy(_ mode: ControlMode, closing: Double = 1) throws -> TeleoperationPolicy {
        try TeleoperationPolicy(
            link: link,
            mode: mode,
            scale: ActionScale(translation: 0.02, rotation: 0.1, joint: 0.1),
            policyHertz: 20,
            speed: 0.2,
            turnSpeed: 1,
            closingAction: closing
        )
    }

    private func action(
        _ policy: inout TeleoperationPolicy,
        _ observation: Observation = Observation(jointCount: 7, cloudPoints: 0)
    ) throws -> [Float] {
        var chunk = ActionChunk(horizon: 1, width: policy.shape.actionWidth)
        try policy.plan(observation, into: &chunk)
        #expect(policy.intended.values == chunk.values)
        return chunk.values
    }

    @Test func `delta modes get the speed as a share of the action range`() throws {
        var position = try policy(.toolDeltaPosition)
        var pose = try policy(.toolDeltaPose, closing: -1)
        #expect(try action(&position) == [0, 0, 0, -1])
        link.move(linear: SIMD3(1, -1, 0), angular: SIMD3(0, 0, 1))
        link.toggleGripper()
        // 0.2 m/s at 20 Hz is 1 cm an action, half of the range; 1 rad/s is 0.05 rad, half too.
        let moved = try action(&position)
        #expect(zip(moved, [0.5, -0.5, 0, 1]).allSatisfy { abs($0 - $1) < 1e-6 })
        let turned = try action(&pose)
        #expect(zip(turned, [0.5, -0.5, 0, 0, 0, 0.5, -1]).allSatisfy { abs($0 - $1) < 1e-6 })
    }

    @Test func `an absolute target moves on from the tool, but never far ahead of it`() throws {
        var policy = try policy(.toolPose)
        var observation = Observation(jointCount: 7, cloudPoints: 0)
        observation.worldFromTool = Pose(translation: Vector3(0.4, 0, 0.3))
        #expect(try action(&policy, observation).prefix(3) == [0.4, 0, 0.3])
        link.move(linear: SIMD3(1, 0, 0), angular: SIMD3(0, 0, 1))
        let first = try action(&policy, observation)
        #expect(abs(first[0] - 0.41) < 1e-6 && abs(first[5] - 0.05) < 1e-6)
        for _ in 0..<100 { _ = try action(&policy, observation) }
        #expect(try abs(action(&policy, observation)[0] - 0.5) < 1e-6)
        policy.reset(seed: 0)
        link.move(linear: .zero)
        #expect(try action(&policy, observation)[0] == 0.4)
    }

    @Test(arguments: [ControlMode.jointPosition, .jointDeltaPosition])
    func `modes that move joints are refused by name`(mode: ControlMode) throws {
        let error = #expect(throws: InputError.self) { _ = try policy(mode) }
        #expect(error?.description.contains(mode.rawValue) == true)
    }
}
