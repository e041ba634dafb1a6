/// The plans that a policy drew for one observation, what each was found worth, and which was taken.
///
/// Preallocated and refilled in place.
public struct CandidateSet: Sendable {
    /// The most candidates that it holds.
    public let capacity: Int
    /// The prediction horizon of each.
    public let horizon: Int
    /// Numbers in one action.
    public let width: Int
    /// How many there are; 0 before the first plan.
    public private(set) var count = 0
    /// The candidate that became the plan.
    public private(set) var chosen = 0
    /// Candidates without a finite value, which no rule takes.
    public private(set) var dropped = 0
    /// What the rule found each worth, higher is better; not finite for those dropped.
    public private(set) var values: [Float]
    /// Actions, shape `[capacity, horizon, width]`.
    public private(set) var actions: [Float]

    /// Creates a set of none.
    public init(capacity: Int, horizon: Int, width: Int) {
        self.capacity = capacity
        self.horizon = horizon
        self.width = width
        values = [Float](repeating: 0, count: capacity)
        actions = [Float](repeating: 0, count: capacity * horizon * width)
    }

    /// Creates a set for a policy's candidates.
    public init(_ shape: PolicyShape) {
        self.init(capacity: shape.candidates, horizon: shape.horizon, width: shape.actionWidth)
    }

    /// Takes over candidates, without allocation.
    ///
    /// - Parameters:
    ///   - chunks: The candidates; the first `count` of them count.
    ///   - values: Their values.
    ///   - chosen: Which became the plan.
    public mutating func fill(
        _ chunks: [ActionChunk],
        values new: [Float],
        count: Int,
        chosen: Int
    ) {
        precondition(
            count <= capacity && (0..<count).contains(chosen),
            "no more than there is room"
        )
        self.count = count
        self.chosen = chosen
        dropped = 0
        let size = horizon * width
        for index in 0..<count {
            values[index] = new[index]
            if !new[index].isFinite { dropped += 1 }
            chunks[index].values.withUnsafeBufferPointer { numbers in
                actions.withUnsafeMutableBufferPointer {
                    for place in 0..<size { $0[index * size + place] = numbers[place] }
                }
            }
        }
    }

    /// Whether nothing could be said of any candidate, so that the first was taken.
    public var isFallback: Bool { count > 0 && dropped == count }

    /// Forgets all candidates.
    public mutating func clear() { count = 0 }

    /// Calls `body` with the actions, `[count, horizon, width]`, and the values of all candidates.
    public func withAll<Value>(
        _ body: (UnsafeBufferPointer<Float>, UnsafeBufferPointer<Float>) -> Value
    ) -> Value {
        actions.withUnsafeBufferPointer { actions in
            values.withUnsafeBufferPointer { values in
                body(
                    UnsafeBufferPointer(rebasing: actions[..<(count * horizon * width)]),
                    UnsafeBufferPointer(rebasing: values[..<count])
                )
            }
        }
    }
}
