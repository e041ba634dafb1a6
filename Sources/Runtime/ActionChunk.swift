/// Consecutive actions predicted at once, preallocated and refilled in place.
///
/// Row 0 is the action for the step of the observation that it was planned from.
public struct ActionChunk: Sendable {
    /// The number of actions (the prediction horizon).
    public let horizon: Int
    /// Numbers in one action.
    public let width: Int
    /// Actions in the task's units (`[-1, 1]` for delta modes), shape `[horizon, width]`, row-major.
    public var values: [Float]

    /// Creates a chunk of zeros.
    public init(horizon: Int, width: Int) {
        self.horizon = horizon
        self.width = width
        values = [Float](repeating: 0, count: horizon * width)
    }

    /// Component `component` of action `step`.
    @inlinable
    public subscript(step: Int, component: Int) -> Float {
        get { values[step * width + component] }
        set { values[step * width + component] = newValue }
    }

    /// Whether every number is finite.
    var isFinite: Bool {
        values.withUnsafeBufferPointer { values in
            for value in values where !value.isFinite { return false }
            return true
        }
    }

    /// Calls `body` with the numbers of action `step`.
    func withRow(_ step: Int, _ body: (UnsafeBufferPointer<Float>) -> Void) {
        values.withUnsafeBufferPointer { values in
            body(UnsafeBufferPointer(rebasing: values[step * width..<(step + 1) * width]))
        }
    }

    /// Copies another chunk of the same shape, without allocation.
    public mutating func copy(_ other: ActionChunk) {
        precondition(other.horizon == horizon && other.width == width, "chunks of one shape")
        values.withUnsafeMutableBufferPointer { _ = $0.update(fromContentsOf: other.values) }
    }
}
