public import Runtime

/// Says what each candidate is worth, and which becomes the plan.
///
/// Called inside the tick: nothing here allocates, locks, logs or reads a clock.
public protocol SelectionRule {
    /// Starts an episode; random choices are keyed by `seed`.
    mutating func reset(seed: UInt64)

    /// Takes in the observation that the candidates were drawn for.
    mutating func begin(_ observation: Observation) throws(LoopFault)

    /// Values candidates that have just been drawn.
    ///
    /// - Parameters:
    ///   - chunks: All candidates.
    ///   - range: Those to value.
    ///   - values: Receives a number for each of them, higher is better; one that is not finite
    ///     drops its candidate.
    mutating func value(
        _ chunks: [ActionChunk],
        _ range: Range<Int>,
        into values: inout [Float]
    ) throws(LoopFault)

    /// Chooses among the first `count` candidates; at least one has a finite value.
    mutating func choose(_ chunks: [ActionChunk], _ values: inout [Float], count: Int) -> Int
}

extension SelectionRule {
    /// Does nothing: the rule looks at the candidates alone.
    public mutating func begin(_ observation: Observation) throws(LoopFault) {}

    /// Zero for each: the rule goes by something else than worth.
    public mutating func value(
        _ chunks: [ActionChunk],
        _ range: Range<Int>,
        into values: inout [Float]
    ) throws(LoopFault) {
        for index in range { values[index] = 0 }
    }
}
