public import Diagnostics

/// The transposed convolution that doubles a sequence: kernel 4, stride 2, padding 1.
///
/// Even output steps see input steps `t - 1` and `t` through taps 3 and 1, odd ones `t` and
/// `t + 1` through taps 2 and 0, so the layer is two matrix products.
public struct ConvTranspose1d: Sendable {
    /// Width of a row of the input.
    public let inputs: Int
    /// Width of a row of the output.
    public let outputs: Int
    private let even: TapProduct
    private let odd: TapProduct

    /// Loads `name.weight` (PyTorch's layout `[inputs, outputs, 4]`) and `name.bias`.
    ///
    /// - Parameters:
    ///   - name: The prefix of the tensors' names.
    ///   - inputs: Width of a row of the input.
    ///   - outputs: Width of a row of the output.
    ///   - steps: The number of input steps, where it is always the same.
    ///   - store: The weights.
    public init(
        _ name: String,
        inputs: Int,
        outputs: Int,
        steps: Int? = nil,
        from store: inout WeightStore
    ) throws(InputError) {
        (self.inputs, self.outputs) = (inputs, outputs)
        let tensor = try store.take("\(name).weight", shape: [inputs, outputs, 4])
        let bias = try store.take("\(name).bias", shape: [outputs]).values
        func product(_ taps: [Int], offset: Int) throws(InputError) -> TapProduct {
            try TapProduct(
                taps: taps.map { tap in
                    (0..<inputs * outputs).map { tensor.values[$0 * 4 + tap] }
                },
                bias: bias,
                offset: offset,
                stride: 1,
                lengths: steps.map { TapProduct.Lengths(inputSteps: $0, outputSteps: $0) },
                store: store
            )
        }
        even = try product([3, 1], offset: -1)
        odd = try product([2, 0], offset: 0)
    }

    /// What one sequence costs.
    public var cost: PlanCost { even.cost + odd.cost }

    /// Writes twice as many steps as the input has.
    public func forward(
        _ input: SequenceBuffer,
        into output: SequenceBuffer,
        workspace: ProductWorkspace
    ) {
        assert(output.steps == 2 * input.steps)
        even.forward(input, into: output, from: 0, every: 2, workspace: workspace)
        odd.forward(
            input,
            into: output,
            from: 1,
            every: 2,
            isNarrowed: true,
            workspace: workspace
        )
    }
}
