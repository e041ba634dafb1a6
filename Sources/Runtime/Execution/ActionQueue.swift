/// What a strategy makes of the chunks so far.
///
/// Everything is allocated at the start. Each strategy is a value of its own beside the others,
/// not a payload, so that it is changed in place.
struct ActionQueue: Sendable {
    /// Capture time of the oldest sensor that the newest chunk in execution rests on.
    var observedAt: TimeSpan { newest?.observedAt ?? lastObservedAt }

    private var lastObservedAt: TimeSpan = .zero
    private var openLoop: OpenLoop
    private var ensemble: TemporalEnsemble?
    private var newest: Asynchronous?
    private var chunking: RealTimeChunking?

    init(shape: PolicyShape, strategy: ExecutionStrategy) {
        openLoop = OpenLoop(shape: shape, count: 1)
        switch strategy {
        case .replan: break
        case .chunk(let count): openLoop = OpenLoop(shape: shape, count: count)
        case .ensemble: ensemble = TemporalEnsemble(shape: shape)
        case .async, .rollforward: newest = Asynchronous(shape: shape)
        case .rtc(let horizon):
            chunking = RealTimeChunking(shape: shape, executionHorizon: horizon)
        }
    }

    /// Whether a chunk is wanted at policy step `step`.
    func needsPlan(atStep step: Int) -> Bool {
        if ensemble != nil { return true }
        if let newest { return newest.needsPlan(atStep: step) }
        if let chunking { return chunking.needsPlan(atStep: step) }
        return openLoop.needsPlan
    }

    /// Whether there is an action for policy step `step`.
    func hasAction(atStep step: Int) -> Bool {
        if let newest { return newest.hasAction(atStep: step) }
        if let chunking { return chunking.hasAction(atStep: step) }
        return true
    }

    /// Forgets the last episode.
    mutating func clear() {
        lastObservedAt = .zero
        openLoop.clear()
        ensemble?.clear()
        newest?.clear()
        chunking?.clear()
    }

    /// Takes in a chunk.
    ///
    /// - Parameters:
    ///   - chunk: The policy's actions.
    ///   - instant: Capture time of the oldest sensor that it rests on.
    ///   - step: The policy step that its row 0 is for.
    ///   - landing: The first policy step that has no action yet, `step` or later.
    mutating func accept(
        _ chunk: ActionChunk,
        observedAt instant: TimeSpan,
        step: Int,
        landing: Int
    ) {
        lastObservedAt = instant
        if ensemble != nil {
            ensemble?.accept(chunk, step: step)
        } else if newest != nil {
            newest?.accept(chunk, observedAt: instant, step: step)
        } else if chunking != nil {
            chunking?.accept(chunk, step: step, landing: landing)
        } else {
            openLoop.accept(chunk)
        }
    }

    /// Calls `body` with the action for policy step `step`, which there must be, and moves on.
    mutating func withAction(atStep step: Int, _ body: (UnsafeBufferPointer<Float>) -> Void) {
        if ensemble != nil {
            ensemble?.withAction(atStep: step, body)
        } else if newest != nil {
            newest?.withAction(atStep: step, body)
        } else if chunking != nil {
            chunking?.withAction(atStep: step, body)
        } else {
            openLoop.withNextAction(body)
        }
    }

    /// Copies the actions that will be executed from policy step `step` on, whatever lands.
    ///
    /// - Returns: How many rows of `rows` were filled, at most `count`: never a row that nothing
    ///   has predicted.
    func copyCommitted(fromStep step: Int, count: Int, into rows: inout ActionChunk) -> Int {
        if let newest { return newest.copyCommitted(fromStep: step, count: count, into: &rows) }
        if let chunking { return chunking.copyCommitted(fromStep: step, count: count, into: &rows) }
        return 0
    }
}
