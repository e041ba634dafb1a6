/// How plans were chosen among candidates, over many ticks.
public struct ChoiceAccount: Equatable, Sendable {
    /// Plans that were chosen.
    public private(set) var plans = 0
    /// Candidates that they were chosen from.
    public private(set) var candidates = 0
    /// Candidates without a finite value, which were dropped.
    public private(set) var dropped = 0
    /// Plans of which all candidates were dropped, so that the first was taken.
    public private(set) var fallbacks = 0

    /// No plans.
    public init() {}

    /// Adds a tick that planned.
    mutating func record(_ trace: TickTrace) {
        guard trace.candidates > 0 else { return }
        plans += 1
        candidates += Int(trace.candidates)
        dropped += Int(trace.droppedCandidates)
        if trace.droppedCandidates == trace.candidates { fallbacks += 1 }
    }

    /// Adds the plans of episodes run beside.
    mutating func add(_ other: ChoiceAccount) {
        plans += other.plans
        candidates += other.candidates
        dropped += other.dropped
        fallbacks += other.fallbacks
    }
}
