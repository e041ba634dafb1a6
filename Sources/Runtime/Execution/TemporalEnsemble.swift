import Glibc

/// Plans at every policy step and executes the weighted mean of all predictions for it: ACT's
/// temporal ensembling (arXiv 2304.13705).
///
/// The weights are exp(-m i) with i = 0 for the oldest prediction and m = 0.01. Predictions are
/// found by the policy steps taken since they were observed. While the loop waits for a plan no
/// step passes, so that a late action still gets its whole period. All components are
/// averaged alike, the gripper's number too.
struct TemporalEnsemble: Sendable {
    /// ACT's m.
    static let decay = 0.01

    /// The newest chunks, as many as can speak about one step.
    private var chunks: [ActionChunk]
    /// The policy step of row 0 of each chunk.
    private var origins: [Int]
    private var weights: [Double]
    /// The slot of the newest chunk, and how many are filled.
    private var newest = 0
    private var count = 0
    private var mean: [Float]

    init(shape: PolicyShape) {
        // One by one: copies of one array would share its storage and be copied in the first tick.
        chunks = (0..<shape.horizon).map { _ in
            ActionChunk(horizon: shape.horizon, width: shape.actionWidth)
        }
        origins = [Int](repeating: 0, count: shape.horizon)
        weights = (0..<shape.horizon).map { exp(-Self.decay * Double($0)) }
        mean = [Float](repeating: 0, count: shape.actionWidth)
    }

    mutating func clear() {
        count = 0
    }

    /// Keeps a chunk observed at policy step `step`, in the place of the oldest.
    mutating func accept(_ chunk: ActionChunk, step: Int) {
        newest = (newest + 1) % chunks.count
        count = min(count + 1, chunks.count)
        origins[newest] = step
        chunks[newest].copy(chunk)
    }

    /// Calls `body` with the mean of the predictions for policy step `step`.
    ///
    /// Past the newest chunk's end this is its last row, the prediction nearest to now.
    mutating func withAction(atStep step: Int, _ body: (UnsafeBufferPointer<Float>) -> Void) {
        let horizon = chunks.count
        guard count > 0, step - origins[newest] < horizon else {
            return chunks[newest].withRow(horizon - 1, body)
        }
        let oldest = newest - count + 1 + horizon
        for component in mean.indices {
            var sum = 0.0
            var weight = 0.0
            var predictions = 0
            for age in 0..<count {
                let slot = (oldest + age) % horizon
                let row = step - origins[slot]
                guard row >= 0, row < horizon else { continue }
                sum += weights[predictions] * Double(chunks[slot][row, component])
                weight += weights[predictions]
                predictions += 1
            }
            mean[component] = Float(sum / weight)
        }
        mean.withUnsafeBufferPointer(body)
    }
}
