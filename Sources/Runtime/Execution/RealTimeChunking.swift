/// Plans every few policy steps and blends each new chunk into the rows that remained of the
/// previous one: Real-Time Chunking (arXiv 2506.07339) for policies of one evaluation.
///
/// Guidance pulls the predicted chunk x1 to the previous rows y with weights w and a gain of at
/// most β. A sampler of n steps needs β ≤ n; with the one step of MeanFlow β is 1 and the guided
/// prediction is exactly (1 - w) x1 + w y, which needs no gradient and so fits any policy.
///
/// A row is executed at its own policy step. When `delay` steps have really been taken between
/// observation and landing, the first row executed of the new chunk is `delay`; the rows before it
/// were taken from the old one. Policies that can take a prefix get those rows frozen
/// (``Policy/freeze(_:count:)``). All components are blended alike, the gripper's number too.
struct RealTimeChunking: Sendable {
    private let executionHorizon: Int
    /// The chunk in execution, blended.
    private var current: ActionChunk
    /// The policy step of row 0 of `current`; nil before the episode's first chunk.
    private var origin: Int?

    init(shape: PolicyShape, executionHorizon: Int) {
        self.executionHorizon = min(max(executionHorizon, 1), shape.horizon)
        current = ActionChunk(horizon: shape.horizon, width: shape.actionWidth)
    }

    mutating func clear() {
        origin = nil
    }

    func needsPlan(atStep step: Int) -> Bool {
        guard let origin else { return true }
        return step - origin >= executionHorizon
    }

    func hasAction(atStep step: Int) -> Bool {
        guard let origin else { return false }
        return step - origin < current.horizon
    }

    /// Blends a chunk observed at policy step `step`; step `landing` is the first without an action.
    mutating func accept(_ chunk: ActionChunk, step: Int, landing: Int) {
        let horizon = current.horizon
        let elapsed = origin.map { min(step - $0, horizon) } ?? horizon
        let mask = SoftMask(start: landing - step, end: horizon - elapsed)
        // In place: row `row + elapsed` is read before it is overwritten.
        for row in 0..<horizon {
            let keep = Float(mask.exponential(atRow: row))
            for component in 0..<current.width {
                var action = chunk[row, component]
                // A row without a predecessor is taken as it is, never blended with zeros.
                if keep > 0 {
                    action = (1 - keep) * action + keep * current[row + elapsed, component]
                }
                current[row, component] = action
            }
        }
        origin = step
    }

    mutating func withAction(atStep step: Int, _ body: (UnsafeBufferPointer<Float>) -> Void) {
        guard let origin else { return }
        current.withRow(min(max(step - origin, 0), current.horizon - 1), body)
    }

    func copyCommitted(fromStep step: Int, count: Int, into rows: inout ActionChunk) -> Int {
        guard let origin else { return 0 }
        let filled = max(0, min(count, rows.horizon, current.horizon - (step - origin)))
        for row in 0..<filled {
            for component in 0..<rows.width {
                rows[row, component] = current[step - origin + row, component]
            }
        }
        return filled
    }
}
