public import Diagnostics

/// The one-dimensional FiLM U-Net over the action horizon, at fixed times.
///
/// What it predicts depends on what it was trained for: a MeanFlow network the average velocity
/// `u(z, r, t)` with `t = 1` noise and `t = 0` data, others a velocity or the data itself. The times
/// are given at load, and everything that depends on them alone is folded into the FiLM biases; so are taps
/// that never meet data at this horizon dropped. The first skip (full length) is unused. Sources:
/// DP3, arXiv 2403.03954; MP1, arXiv 2507.10543.
public struct UNet: Sendable {
    /// When a network is evaluated, in its own unit: a pair of times, `0 <= r <= t <= 1`, for one with
    /// two time encoders; for others `t` alone.
    public struct Times: Equatable, Sendable {
        /// The later time.
        public let t: Double
        /// The earlier time; without a second encoder it is not looked at.
        public let r: Double

        /// Creates a pair.
        public init(t: Double, r: Double = 0) { (self.t, self.r) = (t, r) }

        /// From noise to data in one step.
        public static let whole = Times(t: 1, r: 0)
    }

    /// A level: its blocks, and the change of length behind them.
    struct Level<Sample: Sendable>: Sendable {
        let blocks: [ResidualBlock]
        let sample: Sample
    }

    let shape: NetworkShape
    let film: FiLMLayers
    let down: [Level<Conv1d?>]
    let mid: Level<Void>
    let up: [Level<ConvTranspose1d>]
    private let finalConv: Conv1d
    private let finalNorm: GroupNorm
    private let head: Conv1d

    /// Loads `name.{time_t,time_r,down,mid,up,final}`.
    ///
    /// - Parameters:
    ///   - name: The prefix of the tensors' names.
    ///   - shape: Widths; the horizon must be a multiple of 2 to the number of levels less one.
    ///   - times: The times that it will be evaluated at.
    ///   - store: The weights.
    public init(
        _ name: String,
        shape: NetworkShape,
        times: [Times] = [.whole],
        from store: inout WeightStore
    ) throws(InputError) {
        self.shape = shape
        let widths = shape.unetWidths
        var films: [FiLMLayers.Block] = []

        func blocks(
            _ name: String,
            _ inputs: Int,
            _ outputs: Int,
            steps: Int
        ) throws(InputError) -> [ResidualBlock] {
            var blocks: [ResidualBlock] = []
            for i in 0..<shape.blocksPerLevel {
                let block = "\(name).\(i)"
                films.append(FiLMLayers.Block(name: block, channels: outputs))
                blocks.append(
                    try ResidualBlock(
                        block,
                        inputs: i == 0 ? inputs : outputs,
                        outputs: outputs,
                        kernel: shape.kernel,
                        groups: shape.groups,
                        steps: steps,
                        from: &store
                    )
                )
            }
            return blocks
        }

        var down: [Level<Conv1d?>] = []
        var width = shape.actionWidth
        for (i, next) in widths.enumerated() {
            let level = "\(name).down.\(i)"
            let steps = shape.steps(level: i)
            let blocks = try blocks("\(level).blocks", width, next, steps: steps)
            var sample: Conv1d?
            if i + 1 < widths.count {
                sample = try Conv1d(
                    "\(level).sample",
                    inputs: next,
                    outputs: next,
                    kernel: 3,
                    stride: 2,
                    steps: steps,
                    from: &store
                )
            }
            down.append(Level(blocks: blocks, sample: sample))
            width = next
        }
        self.down = down
        let deepest = widths.count - 1
        mid = Level(
            blocks: try blocks("\(name).mid", width, width, steps: shape.steps(level: deepest)),
            sample: ()
        )

        var up: [Level<ConvTranspose1d>] = []
        for (i, next) in widths.dropLast().reversed().enumerated() {
            let level = "\(name).up.\(i)"
            let steps = shape.steps(level: deepest - i)
            let blocks = try blocks("\(level).blocks", 2 * width, next, steps: steps)
            let sample = try ConvTranspose1d(
                "\(level).sample",
                inputs: next,
                outputs: next,
                steps: steps,
                from: &store
            )
            up.append(Level(blocks: blocks, sample: sample))
            width = next
        }
        self.up = up
        finalConv = try Conv1d(
            "\(name).final.conv",
            inputs: width,
            outputs: width,
            kernel: shape.kernel,
            steps: shape.horizon,
            from: &store
        )
        finalNorm = try GroupNorm(
            "\(name).final.norm",
            channels: width,
            groups: shape.groups,
            from: &store
        )
        head = try Conv1d(
            "\(name).final.head",
            inputs: width,
            outputs: shape.actionWidth,
            kernel: 1,
            steps: shape.horizon,
            from: &store
        )
        let embedding = try TimeEmbedding(
            name,
            width: shape.timeFeatures,
            encoders: shape.timeEncoders,
            from: &store
        )
        film = try FiLMLayers(
            films,
            inputs: shape.conditionWidth,
            times: times.map { embedding(t: $0.t, r: $0.r).map(mish) },
            from: &store
        )
    }
}

// MARK: - Evaluation

extension UNet {
    /// What evaluations of so many candidates cost, and the condition once.
    public func cost(candidates: Int, evaluations: Int = 1) -> PlanCost {
        var one = finalConv.cost + head.cost
        for level in down { one = one + level.cost + (level.sample?.cost ?? PlanCost()) }
        one = one + mid.cost
        for level in up { one = one + level.cost + level.sample.cost }
        return (0..<evaluations).reduce(film.cost) { total, _ in total + one.times(candidates) }
    }

    /// Takes in an observation, for all candidates and times.
    ///
    /// - Parameters:
    ///   - condition: Mish of the condition, `conditionWidth` numbers.
    ///   - workspace: Scratch made for this network.
    public func observe(_ condition: UnsafePointer<Float>, workspace: UNetWorkspace) {
        let product = workspace.product
        product.partner?.wake()
        defer { product.partner?.rest() }
        film.forward(condition, into: workspace.filmAtFirst.base, workspace: product)
    }

    /// Evaluates the network on `workspace.input` into `workspace.output`, under the observation
    /// last taken in.
    ///
    /// - Parameters:
    ///   - time: Which of the times given at load.
    ///   - workspace: Scratch made for this network; its `input` holds z of every candidate.
    public func forward(time: Int = 0, workspace: UNetWorkspace) {
        let product = workspace.product
        product.partner?.wake()
        defer { product.partner?.rest() }
        var films = UnsafePointer(workspace.filmAtFirst.base)
        if time > 0 {
            film.move(films, to: time, into: workspace.film.base)
            films = UnsafePointer(workspace.film.base)
        }
        var x = workspace.input
        for (level, scratch) in zip(down, workspace.down) {
            x = level.forward(x, &films, scratch, product)
            if let sample = level.sample {
                sample.forward(x, into: scratch.sampled, workspace: product)
                x = scratch.sampled
            }
        }
        x = mid.forward(x, &films, workspace.mid, product)
        for (i, (level, scratch)) in zip(up, workspace.up).enumerated() {
            let skip = workspace.down[down.count - 1 - i].outputs
            Self.join(x, skip[skip.count - 1], into: scratch.joined)
            x = level.forward(scratch.joined, &films, scratch, product)
            level.sample.forward(x, into: scratch.sampled, workspace: product)
            x = scratch.sampled
        }
        finalConv.forward(x, into: workspace.final, workspace: product)
        finalNorm.forward(workspace.final, thenMish: true)
        head.forward(workspace.final, into: workspace.output, workspace: product)
    }

    /// Puts the channels of two sequences side by side.
    private static func join(
        _ a: SequenceBuffer,
        _ b: SequenceBuffer,
        into output: SequenceBuffer
    ) {
        for candidate in 0..<output.candidates {
            for step in 0..<output.steps {
                let row = output.row(step, candidate: candidate)
                row.update(from: a.row(step, candidate: candidate), count: a.channels)
                (row + a.channels).update(
                    from: b.row(step, candidate: candidate),
                    count: b.channels
                )
            }
        }
    }
}

extension UNet.Level {
    /// What one sequence costs, without the change of length.
    fileprivate var cost: PlanCost { blocks.reduce(PlanCost()) { $0 + $1.cost } }

    /// The blocks in a row; moves `films` past their numbers.
    fileprivate func forward(
        _ input: SequenceBuffer,
        _ films: inout UnsafePointer<Float>,
        _ scratch: UNetWorkspace.Level,
        _ product: ProductWorkspace
    ) -> SequenceBuffer {
        var x = input
        for (block, output) in zip(blocks, scratch.outputs) {
            block.forward(
                x,
                film: films,
                hidden: scratch.hidden,
                skipped: scratch.skipped,
                into: output,
                workspace: product
            )
            films += 2 * block.outputs
            x = output
        }
        return x
    }
}
