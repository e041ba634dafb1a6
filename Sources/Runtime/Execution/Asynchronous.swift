/// Takes each action from the newest chunk that has landed: row `i` of a chunk is for the policy
/// step `i` after its first.
///
/// Rows are found by the policy steps that were really taken since the observation, never by an
/// estimate of the delay: an estimate that is off by one makes the arm jump at every chunk.
/// A chunk whose first row lies ahead (``RollForward``) waits; until then the one before goes on.
/// Past a chunk's end there is no action, and the robot holds its last target.
struct Asynchronous: Sendable {
    private var current: ActionChunk
    private var next: ActionChunk
    /// The policy step of row 0 of `current`; nil before the episode's first chunk.
    private var origin: Int?
    /// The policy step of row 0 of `next`, while it waits.
    private var nextOrigin: Int?
    /// Capture time of the oldest sensor that the chunk in execution rests on.
    private(set) var observedAt: TimeSpan = .zero
    private var nextObservedAt: TimeSpan = .zero

    init(shape: PolicyShape) {
        current = ActionChunk(horizon: shape.horizon, width: shape.actionWidth)
        next = current
        // Storage of its own, so that the first write copies nothing inside the tick.
        next.values = [Float](repeating: 0, count: current.values.count)
    }

    mutating func clear() {
        origin = nil
        nextOrigin = nil
        observedAt = .zero
    }

    /// Not while a chunk still waits for its first step.
    func needsPlan(atStep step: Int) -> Bool {
        nextOrigin.map { step >= $0 } ?? true
    }

    func hasAction(atStep step: Int) -> Bool {
        row(atStep: step) != nil
    }

    mutating func accept(_ chunk: ActionChunk, observedAt instant: TimeSpan, step: Int) {
        advance(to: step)
        next.copy(chunk)
        nextOrigin = step
        nextObservedAt = instant
    }

    mutating func withAction(atStep step: Int, _ body: (UnsafeBufferPointer<Float>) -> Void) {
        advance(to: step)
        guard let origin else { return }
        current.withRow(min(max(step - origin, 0), current.horizon - 1), body)
    }

    func copyCommitted(fromStep step: Int, count: Int, into rows: inout ActionChunk) -> Int {
        var filled = 0
        while filled < min(count, rows.horizon), let (chunk, row) = row(atStep: step + filled) {
            for component in 0..<rows.width { rows[filled, component] = chunk[row, component] }
            filled += 1
        }
        return filled
    }

    /// Makes the waiting chunk the current one once its first step has come.
    private mutating func advance(to step: Int) {
        guard let nextOrigin, step >= nextOrigin else { return }
        swap(&current, &next)
        origin = nextOrigin
        observedAt = nextObservedAt
        self.nextOrigin = nil
    }

    private func row(atStep step: Int) -> (chunk: ActionChunk, row: Int)? {
        if let nextOrigin, step >= nextOrigin {
            return step - nextOrigin < next.horizon ? (next, step - nextOrigin) : nil
        }
        guard let origin, step >= origin, step - origin < current.horizon else { return nil }
        return (current, step - origin)
    }
}
