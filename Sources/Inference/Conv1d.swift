public import Diagnostics

/// A one-dimensional convolution with an odd kernel and half a kernel of zero padding.
public struct Conv1d: Sendable {
    /// Width of a row of the input.
    public let inputs: Int
    /// Width of a row of the output.
    public let outputs: Int
    /// Taps.
    public let kernel: Int
    /// Steps of the input per step of the output.
    public let stride: Int
    private let product: TapProduct

    /// Loads `name.weight` (PyTorch's layout `[outputs, inputs, kernel]`) and `name.bias`.
    ///
    /// - Parameters:
    ///   - name: The prefix of the tensors' names.
    ///   - inputs: Width of a row of the input.
    ///   - outputs: Width of a row of the output.
    ///   - kernel: 1, 3 or 5.
    ///   - stride: Steps of the input per step of the output.
    ///   - steps: The number of input steps, where it is always the same: taps that would only meet
    ///     padding are then dropped.
    ///   - store: The weights.
    public init(
        _ name: String,
        inputs: Int,
        outputs: Int,
        kernel: Int,
        stride: Int = 1,
        steps: Int? = nil,
        from store: inout WeightStore
    ) throws(InputError) {
        precondition(
            kernel % 2 == 1 && kernel / 2 <= SequenceBuffer.padding,
            "the kernel must be 1, 3 or 5"
        )
        (self.inputs, self.outputs, self.kernel, self.stride) = (inputs, outputs, kernel, stride)
        let tensor = try store.take("\(name).weight", shape: [outputs, inputs, kernel])
        let taps = (0..<kernel).map { tap in
            (0..<inputs * outputs).map { i in
                tensor.values[(i % outputs * inputs + i / outputs) * kernel + tap]
            }
        }
        product = try TapProduct(
            taps: taps,
            bias: try store.take("\(name).bias", shape: [outputs]).values,
            offset: -(kernel / 2),
            stride: stride,
            lengths: steps.map {
                TapProduct.Lengths(
                    inputSteps: $0,
                    outputSteps: Self.outputSteps($0, stride: stride)
                )
            },
            store: store
        )
    }

    /// The number of output steps for so many input steps.
    public func outputSteps(_ steps: Int) -> Int { Self.outputSteps(steps, stride: stride) }

    private static func outputSteps(_ steps: Int, stride: Int) -> Int { (steps - 1) / stride + 1 }

    /// What one sequence costs.
    public var cost: PlanCost { product.cost }

    /// Convolves the sequences.
    ///
    /// - Parameters:
    ///   - input: `inputs` channels.
    ///   - output: `outputs` channels, as many candidates.
    ///   - isNarrowed: Whether the workspace was last used for this very input, which then need not
    ///     be rounded to bfloat16 again.
    ///   - workspace: Scratch.
    public func forward(
        _ input: SequenceBuffer,
        into output: SequenceBuffer,
        isNarrowed: Bool = false,
        workspace: ProductWorkspace
    ) {
        assert(output.steps == outputSteps(input.steps))
        product.forward(input, into: output, isNarrowed: isNarrowed, workspace: workspace)
    }
}
