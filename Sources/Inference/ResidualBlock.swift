internal import Diagnostics

/// A residual block with a condition: convolution, group norm, Mish, `scale · h + bias` from the
/// condition (FiLM), convolution, group norm, Mish, plus the skip.
///
/// The numbers from the condition are computed outside, for all blocks at once (``FiLMLayers``).
/// Source: the block is Diffusion Policy's, arXiv 2303.04137.
struct ResidualBlock: Sendable {
    /// Width of a row of the input.
    let inputs: Int
    /// Width of a row of the output.
    let outputs: Int
    private let conv1: Conv1d
    private let norm1: GroupNorm
    private let conv2: Conv1d
    private let norm2: GroupNorm
    private let skip: Conv1d?

    /// Loads `name.{conv1,norm1,conv2,norm2}` and, where the widths differ, `name.skip`.
    ///
    /// - Parameters:
    ///   - name: The prefix of the tensors' names.
    ///   - inputs: Width of a row of the input.
    ///   - outputs: Width of a row of the output.
    ///   - kernel: Taps of the two convolutions.
    ///   - groups: Groups of the two norms.
    ///   - steps: The number of steps, where it is always the same.
    ///   - store: The weights.
    init(
        _ name: String,
        inputs: Int,
        outputs: Int,
        kernel: Int,
        groups: Int,
        steps: Int? = nil,
        from store: inout WeightStore
    ) throws(InputError) {
        func conv(_ part: String, _ inputs: Int, kernel: Int) throws(InputError) -> Conv1d {
            try Conv1d(
                "\(name).\(part)",
                inputs: inputs,
                outputs: outputs,
                kernel: kernel,
                steps: steps,
                from: &store
            )
        }
        (self.inputs, self.outputs) = (inputs, outputs)
        conv1 = try conv("conv1", inputs, kernel: kernel)
        norm1 = try GroupNorm("\(name).norm1", channels: outputs, groups: groups, from: &store)
        conv2 = try conv("conv2", outputs, kernel: kernel)
        norm2 = try GroupNorm("\(name).norm2", channels: outputs, groups: groups, from: &store)
        skip = inputs == outputs ? nil : try conv("skip", inputs, kernel: 1)
    }

    /// What one sequence costs.
    var cost: PlanCost { conv1.cost + conv2.cost + (skip?.cost ?? PlanCost()) }

    /// Computes the block.
    ///
    /// - Parameters:
    ///   - input: `inputs` channels; left as it is.
    ///   - film: `outputs` numbers to multiply by, then as many to add.
    ///   - hidden: Scratch of the output's shape.
    ///   - skipped: More of it.
    ///   - output: `outputs` channels, as many steps as the input.
    ///   - workspace: Scratch.
    func forward(
        _ input: SequenceBuffer,
        film: UnsafePointer<Float>,
        hidden: SequenceBuffer,
        skipped: SequenceBuffer,
        into output: SequenceBuffer,
        workspace: ProductWorkspace
    ) {
        conv1.forward(input, into: hidden, workspace: workspace)
        skip?.forward(input, into: skipped, isNarrowed: true, workspace: workspace)
        norm1.forward(hidden, thenMish: true, film: film)
        conv2.forward(hidden, into: output, workspace: workspace)
        norm2.forward(output, thenMish: true, adding: skip == nil ? input : skipped)
    }
}
