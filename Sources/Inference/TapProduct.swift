internal import Diagnostics

/// The product inside a convolution: output step `i` sees `taps` input steps from
/// `i * stride + offset` on.
///
/// With rows contiguous, taps times inputs are one long row, so one sequence is one matrix product
/// over an overlapping view. Many candidates are one product for each output step instead, its rows
/// one candidate each, so that taps which meet padding at that step cost nothing.
///
/// Where the number of steps is known at load, taps that meet padding at every step ("dead taps")
/// are dropped, which is exact.
struct TapProduct: Sendable {
    /// Numbers in an input step.
    let inputs: Int
    /// Numbers in an output step.
    let outputs: Int
    /// Taps that are kept.
    let taps: Int
    /// The input step that the first tap meets at output step 0.
    let offset: Int
    /// Input steps from one output step to the next.
    let stride: Int
    /// Where the lengths are known: how often taps meet data, all output steps together.
    private let liveTaps: Int?
    private let matrix: PackedMatrix

    /// The lengths that a product will be used at.
    struct Lengths {
        var inputSteps: Int
        var outputSteps: Int
    }

    /// Packs the weights of all taps that ever meet data.
    ///
    /// - Parameters:
    ///   - taps: For each tap its weights, shape `[inputs, outputs]`.
    ///   - bias: `outputs` numbers.
    ///   - offset: The input step that the first tap meets at output step 0.
    ///   - stride: Input steps from one output step to the next.
    ///   - lengths: The lengths it will be used at; nil keeps all taps, for any length.
    ///   - store: Says how weights are stored, and where.
    init(
        taps: [[Float]],
        bias: [Float],
        offset: Int,
        stride: Int,
        lengths: Lengths?,
        store: WeightStore
    ) throws(InputError) {
        let outputs = bias.count
        let inputs = (taps.first?.count ?? 0) / outputs
        var kept = 0..<taps.count
        liveTaps = lengths.map { lengths in
            let counts = taps.indices.map { tap in
                (0..<lengths.outputSteps).count { step in
                    (0..<lengths.inputSteps).contains(step * stride + offset + tap)
                }
            }
            let live = counts.indices.filter { counts[$0] > 0 }
            if let first = live.first, let last = live.last { kept = first..<(last + 1) }
            return counts.reduce(0, +)
        }
        self.inputs = inputs
        self.outputs = outputs
        self.taps = kept.count
        self.offset = offset + kept.lowerBound
        self.stride = stride
        // Rows of the input have an even width, and so have the taps' rows of weights.
        let filler = [Float](
            repeating: 0,
            count: (SequenceBuffer.stride(channels: inputs) - inputs) * outputs
        )
        matrix = PackedMatrix(
            taps[kept].flatMap { $0 + filler },
            bias: bias,
            format: store.format,
            kernels: try Kernels.selected(),
            arena: store.arena
        )
    }

    /// What one sequence costs; the weights are read once for all.
    var cost: PlanCost {
        PlanCost(
            flops: Double(2 * (liveTaps ?? taps) * inputs * outputs),
            weightBytes: Double(taps * inputs * outputs * matrix.format.bytes)
        )
    }

    /// Computes output steps `first`, `first + every` and so on to the last.
    ///
    /// - Parameters:
    ///   - input: `inputs` channels.
    ///   - output: `outputs` channels, as many candidates as the input.
    ///   - first: The output step that the product's step 0 is.
    ///   - every: From one of the product's steps to the next.
    ///   - isNarrowed: Whether the workspace was last used for this very input.
    ///   - workspace: Scratch.
    func forward(
        _ input: SequenceBuffer,
        into output: SequenceBuffer,
        from first: Int = 0,
        every: Int = 1,
        isNarrowed: Bool = false,
        workspace: ProductWorkspace
    ) {
        assert(input.channels == inputs && output.channels == outputs)
        assert(input.candidates == output.candidates)
        let numbers = input.numbers
        guard let base = numbers.baseAddress else { return }
        let job = Job(
            steps: (output.steps - first - 1) / every + 1,
            inputSteps: input.steps,
            candidates: input.candidates,
            inputStride: input.stride,
            inputCandidateStride: input.candidateStride,
            output: output.row(first),
            outputStride: every * output.stride,
            outputCandidateStride: output.candidateStride,
            partner: workspace.partner
        )
        if matrix.format == .bfloat16Dot {
            if !isNarrowed { workspace.narrow(numbers, matrix.kernels) }
            run(job, over: workspace.narrowed + input.start(0))
        } else {
            run(job, over: base + input.start(0))
        }
    }

    /// What is known of the buffers, without a reference to them: counting references for each of
    /// the small products would cost more than a percent of a plan.
    private struct Job {
        /// Steps of the product.
        let steps: Int
        let inputSteps: Int
        let candidates: Int
        let inputStride: Int
        let inputCandidateStride: Int
        /// Where the product's step 0 goes.
        let output: UnsafeMutablePointer<Float>
        let outputStride: Int
        let outputCandidateStride: Int
        let partner: ProductPartner?
    }

    /// Runs it over the rows of the input, the first of which is at `base`.
    private func run<Element: BitwiseCopyable>(_ job: Job, over base: UnsafePointer<Element>) {
        if job.candidates == 1 {
            runSequence(job, over: base)
        } else {
            for step in 0..<job.steps { runStep(step, job, over: base) }
        }
    }

    /// All steps of the only sequence.
    private func runSequence<Element: BitwiseCopyable>(
        _ job: Job,
        over base: UnsafePointer<Element>
    ) {
        matrix.multiply(
            RowView(
                base: base + offset * job.inputStride,
                stride: stride * job.inputStride,
                rows: job.steps
            ),
            using: 0..<matrix.depth,
            into: job.output,
            stride: job.outputStride,
            partner: job.partner
        )
    }

    /// One step of all candidates.
    private func runStep<Element: BitwiseCopyable>(
        _ step: Int,
        _ job: Job,
        over base: UnsafePointer<Element>
    ) {
        let start = step * stride + offset
        let live = max(0, -start)..<min(taps, job.inputSteps - start)
        matrix.multiply(
            RowView(
                base: base + (start + live.lowerBound) * job.inputStride,
                stride: job.inputCandidateStride,
                rows: job.candidates
            ),
            using: (live.lowerBound * job.inputStride)..<(live.upperBound * job.inputStride),
            into: job.output + step * job.outputStride,
            stride: job.outputCandidateStride,
            partner: job.partner
        )
    }
}
