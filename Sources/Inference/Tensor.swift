/// A dense array of floats in row-major order.
public struct Tensor: Equatable, Sendable {
    /// The size of each dimension, outermost first; empty for a scalar.
    public let shape: [Int]
    /// The elements, `shape`'s product of them.
    public var values: [Float]

    /// Creates a tensor.
    ///
    /// - Precondition: `values` holds as many elements as `shape` says.
    public init(shape: [Int], values: [Float]) {
        precondition(values.count == shape.reduce(1, *), "a tensor's values do not fill its shape")
        self.shape = shape
        self.values = values
    }

    /// The matrix with rows and columns exchanged.
    ///
    /// - Precondition: The tensor has two dimensions.
    func transposed() -> Tensor {
        precondition(shape.count == 2, "only a matrix can be transposed")
        let (rows, columns) = (shape[0], shape[1])
        var result = [Float](repeating: 0, count: values.count)
        for row in 0..<rows {
            for column in 0..<columns {
                result[column * rows + row] = values[row * columns + column]
            }
        }
        return Tensor(shape: [columns, rows], values: result)
    }
}
