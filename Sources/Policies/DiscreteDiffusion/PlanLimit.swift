public import Runtime

/// When decoding stops before its last round.
public enum PlanLimit: Equatable, Sendable {
    /// Never.
    case none
    /// After so many rounds: reproducible.
    case rounds(Int)
    /// After the last round that, going by the slowest so far, ends within a time from the plan's start
    /// by the clock. The first round is always made.
    case time(TimeSpan)
}
