public import Diagnostics

/// A one-dimensional convolution with an odd kernel and half a kernel of zero padding.
///
/// With rows contiguous, taps times inputs are one long row, so the layer is one matrix product
/// over an overlapping view. Taps that only ever meet padding are left out, which is exact.
public struct Conv1d: Sendable {
    /// Width of a row of the input.
    public let inputs: Int
    /// Width of a row of the output.
    public let outputs: Int
    /// Taps.
    public let kernel: Int
    /// Steps of the input per step of the output.
    public let stride: Int
    /// Shape `[kernel * inputs, outputs]`.
    private let matrix: PackedMatrix

    /// Loads `name.weight` (PyTorch's layout `[outputs, inputs, kernel]`) and `name.bias`.
    ///
    /// - Precondition: `kernel` is 1, 3 or 5.
    public init(
        _ name: String,
        inputs: Int,
        outputs: Int,
        kernel: Int,
        stride: Int = 1,
        from store: inout WeightStore
    ) throws(InputError) {
        precondition(
            kernel % 2 == 1 && kernel / 2 <= SequenceBuffer.padding,
            "the kernel must be 1, 3 or 5"
        )
        (self.inputs, self.outputs, self.kernel, self.stride) = (inputs, outputs, kernel, stride)
        let tensor = try store.take("\(name).weight", shape: [outputs, inputs, kernel])
        var weights = [Float](repeating: 0, count: tensor.values.count)
        for output in 0..<outputs {
            for input in 0..<inputs {
                for tap in 0..<kernel {
                    weights[(tap * inputs + input) * outputs + output] =
                        tensor.values[(output * inputs + input) * kernel + tap]
                }
            }
        }
        matrix = PackedMatrix(
            weights,
            bias: try store.take("\(name).bias", shape: [outputs]).values,
            kernels: try Kernels.selected(),
            arena: store.arena
        )
    }

    /// The number of output steps for so many input steps.
    public func outputSteps(_ steps: Int) -> Int { (steps - 1) / stride + 1 }

    /// Convolves the sequence; with `accumulating`, adds the result to the output.
    public func forward(
        _ input: SequenceBuffer,
        into output: SequenceBuffer,
        accumulating: Bool = false
    ) {
        assert(input.channels == inputs && output.channels == outputs)
        assert(output.steps == outputSteps(input.steps))
        let pad = kernel / 2
        // A tap at offset o meets data somewhere only if |o| < steps.
        let reach = min(pad, input.steps - 1)
        let firstTap = pad - reach
        matrix.multiply(
            RowView(base: input.row(-reach), stride: stride * inputs, rows: output.steps),
            using: (firstTap * inputs)..<((pad + reach + 1) * inputs),
            into: output.row(0),
            stride: outputs,
            accumulating: accumulating
        )
    }
}
