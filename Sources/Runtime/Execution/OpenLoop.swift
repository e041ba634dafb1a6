/// Uses the first actions of each chunk in their order, one a policy step that acts.
///
/// `replan` is the case of one action. A late chunk starts with its first action, as in the papers
/// that publish these two strategies.
struct OpenLoop: Sendable {
    private let executionHorizon: Int
    private var chunk: ActionChunk
    private var next: Int

    /// Creates a strategy that uses `count` actions of each chunk, within 1 to the horizon.
    init(shape: PolicyShape, count: Int) {
        executionHorizon = min(max(count, 1), shape.horizon)
        chunk = ActionChunk(horizon: shape.horizon, width: shape.actionWidth)
        next = executionHorizon
    }

    var needsPlan: Bool { next >= executionHorizon }

    mutating func clear() {
        next = executionHorizon
    }

    mutating func accept(_ chunk: ActionChunk) {
        self.chunk.copy(chunk)
        next = 0
    }

    /// Calls `body` with the row of the chunk to execute now.
    mutating func withNextAction(_ body: (UnsafeBufferPointer<Float>) -> Void) {
        chunk.withRow(next, body)
        next += 1
    }
}
