public import Diagnostics

/// A linear layer, `y = x W + b`, over any number of rows.
public struct Linear: Sendable {
    /// Width of a row of the input.
    public let inputs: Int
    /// Width of a row of the output.
    public let outputs: Int
    private let matrix: PackedMatrix

    /// Loads `name.weight` (PyTorch's layout `[outputs, inputs]`) and `name.bias`.
    public init(
        _ name: String,
        inputs: Int,
        outputs: Int,
        from store: inout WeightStore
    ) throws(InputError) {
        try self.init(name, inputs: inputs, outputs: outputs, folding: [], from: &store)
    }

    /// Loads the layer for inputs whose first numbers are the constant `head`, which moves to the
    /// bias; only the other `inputs - head.count` are inputs of the layer.
    init(
        _ name: String,
        inputs: Int,
        outputs: Int,
        folding head: [Float],
        from store: inout WeightStore
    ) throws(InputError) {
        precondition(head.count <= inputs, "the constant part is wider than the input")
        let stored = try store.take("\(name).weight", shape: [outputs, inputs])
        // Shape [inputs, outputs].
        let weights = stored.transposed().values
        var bias = try store.take("\(name).bias", shape: [outputs]).values.map(Double.init)
        for (row, value) in head.enumerated() {
            for column in 0..<outputs {
                bias[column] += Double(value) * Double(weights[row * outputs + column])
            }
        }
        self.inputs = inputs - head.count
        self.outputs = outputs
        matrix = PackedMatrix(
            Array(weights[(head.count * outputs)...]),
            bias: bias.map(Float.init),
            kernels: try Kernels.selected(),
            arena: store.arena
        )
    }

    /// Computes all rows.
    ///
    /// - Parameters:
    ///   - input: Shape `[rows, inputs]`.
    ///   - rows: The number of rows.
    ///   - output: Shape `[rows, outputs]`; must not overlap the input.
    public func forward(
        _ input: UnsafePointer<Float>,
        rows: Int,
        into output: UnsafeMutablePointer<Float>
    ) {
        matrix.multiply(input, rows: rows, into: output)
    }
}
