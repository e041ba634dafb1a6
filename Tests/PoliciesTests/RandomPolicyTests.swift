import Policies
import Runtime
import Testing

@Suite struct RandomPolicyTests {
    @Test func `actions are uniform, keyed by the seed`() throws {
        var policy = RandomPolicy(actionWidth: 4, horizon: 500)
        var (a, b) = (ActionChunk(horizon: 500, width: 4), ActionChunk(horizon: 500, width: 4))
        let observation = Observation(jointCount: 7, cloudPoints: 0)
        policy.reset(seed: 1)
        try policy.plan(observation, into: &a)
        policy.reset(seed: 1)
        try policy.plan(observation, into: &b)
        #expect(a.values == b.values)
        try policy.plan(observation, into: &b)
        #expect(a.values != b.values)
        #expect(a.values.allSatisfy { (-1...1).contains($0) })
        // 2000 draws: mean within 4 standard errors of 0, variance of 1/3.
        let mean = a.values.reduce(0, +) / 2000
        let square = a.values.reduce(0) { $0 + $1 * $1 } / 2000
        #expect(abs(mean) < 0.052 && abs(square - 1.0 / 3) < 0.03)
    }
}
