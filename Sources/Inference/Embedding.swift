public import Diagnostics

/// Rows of numbers that a network looks up by index, or adds to tokens as their positions.
public struct Embedding: Sendable {
    /// Rows.
    public let count: Int
    /// Numbers of a row.
    public let width: Int
    private let values: [Float]

    /// Loads the tensor `name`, of shape `shape`; its last dimension is the width of a row.
    ///
    /// - Precondition: `shape` is not empty.
    public init(_ name: String, shape: [Int], from store: inout WeightStore) throws(InputError) {
        guard let width = shape.last else { preconditionFailure("a table has a width") }
        self.width = width
        count = shape.dropLast().reduce(1, *)
        values = try store.take(name, shape: shape).values
    }

    /// Copies one row.
    public func copy(_ row: Int, into output: UnsafeMutablePointer<Float>) {
        precondition(row >= 0 && row < count, "a row of the table")
        values.withUnsafeBufferPointer {
            guard let base = $0.baseAddress else { return }
            output.update(from: base + row * width, count: width)
        }
    }

    /// Adds `rows` rows from `first` on, one below the other.
    public func add(
        _ first: Int,
        rows: Int = 1,
        to output: UnsafeMutablePointer<Float>
    ) {
        precondition(first >= 0 && rows >= 0 && first + rows <= count, "rows of the table")
        values.withUnsafeBufferPointer {
            let start = first * width
            for i in 0..<rows * width { output[i] += $0[start + i] }
        }
    }
}
