public import Runtime

/// A policy that can draw several plans for one observation, in waves of a fixed size.
///
/// What depends on the observation alone is computed once, however many waves are drawn.
public protocol CandidateSource: Policy {
    /// Plans of one wave.
    var wave: Int { get }

    /// Takes in the observation that the next waves are drawn for.
    mutating func begin(_ observation: Observation) throws(LoopFault)

    /// Draws one wave into `chunks[first..<first + wave]`; what does not fit is drawn and left out,
    /// so that the plans do not depend on how many are wanted.
    mutating func draw(into chunks: inout [ActionChunk], from first: Int) throws(LoopFault)
}

extension UNetPolicy: CandidateSource {
    /// The candidates of the policy's workspace: one product each for all of them.
    public var wave: Int { candidates }
}

/// Any policy as a source of candidates: one plan after the other, each of the same observation.
///
/// For policies in other processes and others that draw one plan at a time. Each plan costs a whole
/// one. A policy without random numbers gives the same plan every time.
public struct RepeatedPlans<Base: Policy>: CandidateSource {
    private var base: Base
    private var observation: Observation

    /// Wraps a policy.
    ///
    /// - Parameters:
    ///   - base: The policy.
    ///   - observation: A blank observation of the plant's shape.
    public init(_ base: Base, observation: Observation) {
        self.base = base
        self.observation = observation.twin
    }

    /// The policy's own.
    public var shape: PolicyShape { base.shape }

    /// One.
    public var wave: Int { 1 }

    /// Passed on.
    public mutating func reset(seed: UInt64) { base.reset(seed: seed) }

    /// Passed on.
    public mutating func observe(_ observation: Observation) throws(LoopFault) {
        try base.observe(observation)
    }

    /// Passed on.
    public mutating func freeze(_ rows: ActionChunk, count: Int) {
        base.freeze(rows, count: count)
    }

    /// Passed on.
    public mutating func plan(
        _ observation: Observation,
        into chunk: inout ActionChunk
    ) throws(LoopFault) {
        try base.plan(observation, into: &chunk)
    }

    /// Keeps the observation.
    public mutating func begin(_ observation: Observation) throws(LoopFault) {
        self.observation.copy(observation)
    }

    /// Plans once more from the observation.
    public mutating func draw(
        into chunks: inout [ActionChunk],
        from first: Int
    ) throws(LoopFault) {
        try base.plan(observation, into: &chunks[first])
    }
}
