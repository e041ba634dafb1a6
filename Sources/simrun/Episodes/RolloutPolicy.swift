import Runtime

/// A learned policy whose own actions are recorded: rollouts of mixed quality, to learn values from.
struct RolloutPolicy<Base: Policy>: Demonstrator {
    private var base: Base
    private(set) var intended: ActionChunk
    var progress: ScriptProgress? { nil }

    /// Wraps a policy that replans at every step.
    init(_ base: Base) {
        self.base = base
        intended = ActionChunk(horizon: 1, width: base.shape.actionWidth)
    }

    var shape: PolicyShape { base.shape }

    mutating func reset(seed: UInt64) { base.reset(seed: seed) }

    mutating func observe(_ observation: Observation) throws(LoopFault) {
        try base.observe(observation)
    }

    mutating func plan(
        _ observation: Observation,
        into chunk: inout ActionChunk
    ) throws(LoopFault) {
        try base.plan(observation, into: &chunk)
        for component in 0..<chunk.width { intended[0, component] = chunk[0, component] }
    }
}
