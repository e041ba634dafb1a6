public import Diagnostics

/// The transposed convolution that doubles a sequence: kernel 4, stride 2, padding 1.
///
/// Even output steps see input steps `t` and `t - 1` through taps 1 and 3, odd ones `t` and
/// `t + 1` through taps 2 and 0, so the layer is two matrix products.
public struct ConvTranspose1d: Sendable {
    /// Width of a row of the input.
    public let inputs: Int
    /// Width of a row of the output.
    public let outputs: Int
    /// Taps 3 and 1, shape `[2, inputs, outputs]`.
    private let even: PackedMatrix
    /// Taps 2 and 0, shape `[2, inputs, outputs]`.
    private let odd: PackedMatrix

    /// Loads `name.weight` (PyTorch's layout `[inputs, outputs, 4]`) and `name.bias`.
    public init(
        _ name: String,
        inputs: Int,
        outputs: Int,
        from store: inout WeightStore
    ) throws(InputError) {
        (self.inputs, self.outputs) = (inputs, outputs)
        let tensor = try store.take("\(name).weight", shape: [inputs, outputs, 4])
        let size = inputs * outputs
        func taps(_ list: [Int]) -> [Float] {
            list.flatMap { tap in (0..<size).map { tensor.values[$0 * 4 + tap] } }
        }
        let bias = try store.take("\(name).bias", shape: [outputs]).values
        let (kernels, arena) = (try Kernels.selected(), store.arena)
        even = PackedMatrix(taps([3, 1]), bias: bias, kernels: kernels, arena: arena)
        odd = PackedMatrix(taps([2, 0]), bias: bias, kernels: kernels, arena: arena)
    }

    /// Writes twice as many steps as the input has.
    public func forward(_ input: SequenceBuffer, into output: SequenceBuffer) {
        assert(input.channels == inputs && output.channels == outputs)
        assert(output.steps == 2 * input.steps)
        product(even, input, from: -1, into: output, at: 0)
        product(odd, input, from: 0, into: output, at: 1)
    }

    /// Every second output step from `step`, from pairs of input rows that begin at `first`.
    private func product(
        _ matrix: PackedMatrix,
        _ input: SequenceBuffer,
        from first: Int,
        into output: SequenceBuffer,
        at step: Int
    ) {
        matrix.multiply(
            RowView(base: input.row(first), stride: inputs, rows: input.steps),
            using: 0..<(2 * inputs),
            into: output.row(step),
            stride: 2 * outputs
        )
    }
}
