/// How a chunk of actions is executed.
public enum ExecutionStrategy: Equatable, Sendable {
    /// Plan at every policy step and use the first action of each chunk.
    case replan
    /// Use the first `count` actions of each chunk open loop, then plan again.
    case chunk(count: Int)

    /// How many actions of a chunk are used before the next plan.
    func executionHorizon(of horizon: Int) -> Int {
        switch self {
        case .replan: 1
        case .chunk(let count): min(max(count, 1), horizon)
        }
    }
}

extension ExecutionStrategy: CustomStringConvertible {
    /// The name on the command line.
    public var description: String {
        switch self {
        case .replan: "replan"
        case .chunk(let count): "chunk:\(count)"
        }
    }
}

/// The actions of the newest chunk that are still to be executed.
struct ActionQueue: Sendable {
    var chunk: ActionChunk
    private let executionHorizon: Int
    private var next: Int
    /// Capture time of the oldest sensor that the chunk rests on.
    private(set) var observedAt: TimeSpan = .zero

    init(shape: PolicyShape, strategy: ExecutionStrategy) {
        chunk = ActionChunk(horizon: shape.horizon, width: shape.actionWidth)
        executionHorizon = strategy.executionHorizon(of: shape.horizon)
        next = executionHorizon
    }

    var needsPlan: Bool { next >= executionHorizon }

    mutating func clear() {
        next = executionHorizon
    }

    /// Makes the chunk just filled in the current one.
    mutating func accept(observedAt instant: TimeSpan) {
        next = 0
        observedAt = instant
    }

    /// Calls `body` with the next action and moves on.
    mutating func withNextAction(_ body: (UnsafeBufferPointer<Float>) -> Void) {
        let start = next * chunk.width
        chunk.values.withUnsafeBufferPointer { values in
            body(UnsafeBufferPointer(rebasing: values[start..<start + chunk.width]))
        }
        next += 1
    }

    /// Whether every number of the chunk is finite.
    var isFinite: Bool {
        chunk.values.withUnsafeBufferPointer { values in
            for value in values where !value.isFinite { return false }
            return true
        }
    }
}
