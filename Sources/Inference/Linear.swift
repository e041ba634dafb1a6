public import Diagnostics

/// A linear layer, `y = x W + b`, over any number of rows.
public struct Linear: Sendable {
    /// Width of a row of the input.
    public let inputs: Int
    /// Width of a row of the output.
    public let outputs: Int
    private let matrix: PackedMatrix

    /// What one row costs.
    public var cost: PlanCost { matrix.cost }

    /// Loads `name.weight` (PyTorch's layout `[outputs, inputs]`) and `name.bias`.
    public init(
        _ name: String,
        inputs: Int,
        outputs: Int,
        from store: inout WeightStore
    ) throws(InputError) {
        try self.init(name, inputs: inputs, outputs: outputs, folding: [], from: &store)
    }

    /// Loads the layer for inputs whose first numbers are the constant `head`.
    ///
    /// They move to the bias; only the other `inputs - head.count` are inputs of the layer. The
    /// weights are stored in the store's format unless another is given.
    init(
        _ name: String,
        inputs: Int,
        outputs: Int,
        folding head: [Float],
        format: WeightFormat? = nil,
        from store: inout WeightStore
    ) throws(InputError) {
        precondition(head.count <= inputs, "the constant part is wider than the input")
        // Shape [inputs, outputs].
        let weights = try store.take("\(name).weight", shape: [outputs, inputs]).transposed().values
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
            format: format ?? store.format,
            kernels: try Kernels.selected(),
            arena: store.arena
        )
    }

    /// Loads the layer for inputs that are not normalised yet: `x scale + offset` of each input
    /// becomes a part of the weights.
    ///
    /// Its weights stay float32, for raw inputs are large beside their differences.
    public init(
        _ name: String,
        inputs: Int,
        outputs: Int,
        normalising normalisation: Normalisation,
        from store: inout WeightStore
    ) throws(InputError) {
        precondition(normalisation.scale.count == inputs && normalisation.offset.count == inputs)
        var weights = try store.take("\(name).weight", shape: [outputs, inputs]).transposed().values
        var bias = try store.take("\(name).bias", shape: [outputs]).values.map(Double.init)
        for row in 0..<inputs {
            for column in 0..<outputs {
                let weight = weights[row * outputs + column]
                bias[column] += Double(normalisation.offset[row]) * Double(weight)
                weights[row * outputs + column] = normalisation.scale[row] * weight
            }
        }
        (self.inputs, self.outputs) = (inputs, outputs)
        matrix = PackedMatrix(
            weights,
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
    ///   - accumulating: Whether to add to the output.
    ///   - workspace: Scratch for an input of that size.
    public func forward(
        _ input: UnsafePointer<Float>,
        rows: Int,
        into output: UnsafeMutablePointer<Float>,
        accumulating: Bool = false,
        workspace: ProductWorkspace
    ) {
        matrix.multiply(
            input,
            rows: rows,
            into: output,
            accumulating: accumulating,
            workspace: workspace
        )
    }
}
