public import Runtime

/// When to stop adding candidates.
public enum RerankBudget: Equatable, Sendable {
    /// When there are as many as asked for.
    case none
    /// When as much real time has gone since the first was drawn and another wave, if it took as
    /// long as the longest so far, would not fit.
    case time(TimeSpan)
    /// After so many waves, at least one: what a declared cost lets into a budget, so that the same
    /// plans are made on every machine.
    case waves(Int)
}
