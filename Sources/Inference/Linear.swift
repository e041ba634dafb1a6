public import Diagnostics

/// A linear layer, `y = x W + b`, over any number of rows.
public struct Linear: Sendable {
    /// Width of a row of the input.
    public let inputs: Int
    /// Width of a row of the output.
    public let outputs: Int
    /// Shape `[inputs, outputs]`: outputs are contiguous.
    let weights: [Float]
    let bias: [Float]

    /// Loads `name.weight` (PyTorch's layout `[outputs, inputs]`) and `name.bias`.
    public init(
        _ name: String,
        inputs: Int,
        outputs: Int,
        from store: inout WeightStore
    ) throws(InputError) {
        let weight = try store.take("\(name).weight", shape: [outputs, inputs])
        let bias = try store.take("\(name).bias", shape: [outputs])
        self.init(
            inputs: inputs,
            outputs: outputs,
            weights: weight.transposed().values,
            bias: bias.values
        )
    }

    init(inputs: Int, outputs: Int, weights: [Float], bias: [Float]) {
        self.inputs = inputs
        self.outputs = outputs
        self.weights = weights
        self.bias = bias
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
        weights.withUnsafeBufferPointer { weights in
            bias.withUnsafeBufferPointer { bias in
                guard let w = weights.baseAddress, let b = bias.baseAddress else { return }
                matrixProduct(
                    RowView(base: input, stride: inputs, rows: rows),
                    depth: inputs,
                    weights: w,
                    bias: b,
                    columns: outputs,
                    output: output,
                    outputStride: outputs
                )
            }
        }
    }

    /// The layer for inputs whose first numbers are the constant `head`, which moves to the bias.
    func folding(head: [Float]) -> Linear {
        precondition(head.count <= inputs, "the constant part is wider than the input")
        var folded = bias.map(Double.init)
        for (row, value) in head.enumerated() {
            for column in 0..<outputs {
                folded[column] += Double(value) * Double(weights[row * outputs + column])
            }
        }
        return Linear(
            inputs: inputs - head.count,
            outputs: outputs,
            weights: Array(weights[(head.count * outputs)...]),
            bias: folded.map(Float.init)
        )
    }
}
