public import Diagnostics

/// A residual block with a condition: convolution, group norm, Mish, `scale · h + bias` from the
/// condition (FiLM), convolution, group norm, Mish, plus the skip.
///
/// Source: Perez et al., "FiLM", arXiv 1709.07871; the block is Diffusion Policy's, arXiv 2303.04137.
public struct ResidualBlock: Sendable {
    /// Width of a row of the input.
    public let inputs: Int
    /// Width of a row of the output.
    public let outputs: Int
    private let conv1: Conv1d
    private let norm1: GroupNorm
    private let film: Linear
    private let conv2: Conv1d
    private let norm2: GroupNorm
    private let skip: Conv1d?

    /// Loads `name.{conv1,norm1,film,conv2,norm2}` and, where the widths differ, `name.skip`.
    ///
    /// - Parameters:
    ///   - condition: Width of the whole condition.
    ///   - constant: The first numbers of the activated condition where they never change; they
    ///     are folded into the FiLM bias, and ``forward(_:condition:workspace:into:)`` takes
    ///     only the rest.
    public init(
        _ name: String,
        inputs: Int,
        outputs: Int,
        condition: Int,
        constant: [Float] = [],
        kernel: Int,
        groups: Int,
        from store: inout WeightStore
    ) throws(InputError) {
        (self.inputs, self.outputs) = (inputs, outputs)
        conv1 = try Conv1d(
            "\(name).conv1",
            inputs: inputs,
            outputs: outputs,
            kernel: kernel,
            from: &store
        )
        norm1 = try GroupNorm("\(name).norm1", channels: outputs, groups: groups, from: &store)
        film = try Linear(
            "\(name).film",
            inputs: condition,
            outputs: 2 * outputs,
            folding: constant,
            from: &store
        )
        conv2 = try Conv1d(
            "\(name).conv2",
            inputs: outputs,
            outputs: outputs,
            kernel: kernel,
            from: &store
        )
        norm2 = try GroupNorm("\(name).norm2", channels: outputs, groups: groups, from: &store)
        skip =
            inputs == outputs
            ? nil
            : try Conv1d("\(name).skip", inputs: inputs, outputs: outputs, kernel: 1, from: &store)
    }

    /// Computes the block.
    ///
    /// - Parameters:
    ///   - input: `inputs` channels; left as it is.
    ///   - condition: Mish of the condition, without the constant part.
    ///   - workspace: Scratch for this block.
    ///   - output: `outputs` channels, as many steps as the input.
    public func forward(
        _ input: SequenceBuffer,
        condition: UnsafePointer<Float>,
        workspace: ResidualBlockWorkspace,
        into output: SequenceBuffer
    ) {
        let hidden = workspace.hidden
        conv1.forward(input, into: hidden)
        film.forward(condition, rows: 1, into: workspace.film.base)
        norm1.forward(hidden, thenMish: true, film: workspace.film.base)
        conv2.forward(hidden, into: output)
        norm2.forward(output, thenMish: true, adding: skip == nil ? input : nil)
        skip?.forward(input, into: output, accumulating: true)
    }
}

/// Scratch of one residual block.
public final class ResidualBlockWorkspace {
    let hidden: SequenceBuffer
    let film: FloatBuffer

    /// Allocates room for a block over so many steps.
    public init(_ block: ResidualBlock, steps: Int) {
        hidden = SequenceBuffer(steps: steps, channels: block.outputs)
        film = FloatBuffer(count: 2 * block.outputs)
    }
}
