public import Diagnostics

/// The one-dimensional FiLM U-Net over the action horizon, at one fixed pair of times.
///
/// Predicts the average velocity `u(z, r, t)`; `t = 1` is noise, `t = 0` data. The times are given
/// at load, and everything that depends on them alone is folded into the FiLM biases. The first
/// skip (full length) is unused. Source: MP1, arXiv 2507.10543.
public struct UNet: Sendable {
    /// A level: two blocks, and the change of length behind them.
    struct Level<Sample: Sendable>: Sendable {
        let first: ResidualBlock
        let second: ResidualBlock
        let sample: Sample
    }

    let shape: NetworkShape
    let down: [Level<Conv1d?>]
    let mid: (first: ResidualBlock, second: ResidualBlock)
    let up: [Level<ConvTranspose1d>]
    private let finalConv: Conv1d
    private let finalNorm: GroupNorm
    private let head: Conv1d

    /// Loads `name.{time_t,time_r,down,mid,up,final}`.
    ///
    /// - Parameters:
    ///   - name: The prefix of the tensors' names.
    ///   - shape: Widths; the horizon must be a multiple of 2 to the number of levels less one.
    ///   - t: The later time, in `[0, 1]`.
    ///   - r: The earlier time, in `[0, t]`.
    ///   - store: The weights.
    public init(
        _ name: String,
        shape: NetworkShape,
        t: Double = 1,
        r: Double = 0,
        from store: inout WeightStore
    ) throws(InputError) {
        self.shape = shape
        let widths = shape.unetWidths
        let time = try TimeEmbedding(name, width: shape.timeFeatures, from: &store)
        let constant = time(t: t, r: r).map(mish)

        func blocks(
            _ name: String,
            _ inputs: Int,
            _ outputs: Int
        ) throws(InputError) -> (ResidualBlock, ResidualBlock) {
            func block(_ index: Int, _ inputs: Int) throws(InputError) -> ResidualBlock {
                try ResidualBlock(
                    "\(name).\(index)",
                    inputs: inputs,
                    outputs: outputs,
                    condition: shape.timeFeatures + shape.conditionWidth,
                    constant: constant,
                    kernel: shape.kernel,
                    groups: shape.groups,
                    from: &store
                )
            }
            return (try block(0, inputs), try block(1, outputs))
        }

        var down: [Level<Conv1d?>] = []
        var width = shape.actionWidth
        for (i, next) in widths.enumerated() {
            let level = "\(name).down.\(i)"
            let (first, second) = try blocks("\(level).blocks", width, next)
            var sample: Conv1d?
            if i + 1 < widths.count {
                sample = try Conv1d(
                    "\(level).sample",
                    inputs: next,
                    outputs: next,
                    kernel: 3,
                    stride: 2,
                    from: &store
                )
            }
            down.append(Level(first: first, second: second, sample: sample))
            width = next
        }
        self.down = down
        mid = try blocks("\(name).mid", width, width)

        var up: [Level<ConvTranspose1d>] = []
        for (i, next) in widths.dropLast().reversed().enumerated() {
            let level = "\(name).up.\(i)"
            let (first, second) = try blocks("\(level).blocks", 2 * width, next)
            let sample = try ConvTranspose1d(
                "\(level).sample",
                inputs: next,
                outputs: next,
                from: &store
            )
            up.append(Level(first: first, second: second, sample: sample))
            width = next
        }
        self.up = up
        finalConv = try Conv1d(
            "\(name).final.conv",
            inputs: width,
            outputs: width,
            kernel: shape.kernel,
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
            from: &store
        )
    }

    /// Predicts the average velocity of `workspace.input` into `workspace.output`.
    ///
    /// - Parameters:
    ///   - condition: Mish of the condition, `conditionWidth` numbers.
    ///   - workspace: Scratch made for this network; its `input` holds z.
    public func forward(condition: UnsafePointer<Float>, workspace: UNetWorkspace) {
        var x = workspace.input
        for (level, scratch) in zip(down, workspace.down) {
            level.first.forward(
                x,
                condition: condition,
                workspace: scratch.firstBlock,
                into: scratch.first
            )
            level.second.forward(
                scratch.first,
                condition: condition,
                workspace: scratch.secondBlock,
                into: scratch.second
            )
            x = scratch.second
            if let sample = level.sample {
                sample.forward(x, into: scratch.sampled)
                x = scratch.sampled
            }
        }
        let middle = workspace.mid
        mid.first.forward(
            x,
            condition: condition,
            workspace: middle.firstBlock,
            into: middle.first
        )
        mid.second.forward(
            middle.first,
            condition: condition,
            workspace: middle.secondBlock,
            into: middle.second
        )
        x = middle.second
        for (i, (level, scratch)) in zip(up, workspace.up).enumerated() {
            let skip = workspace.down[down.count - 1 - i].second
            Self.join(x, skip, into: scratch.joined)
            level.first.forward(
                scratch.joined,
                condition: condition,
                workspace: scratch.firstBlock,
                into: scratch.first
            )
            level.second.forward(
                scratch.first,
                condition: condition,
                workspace: scratch.secondBlock,
                into: scratch.second
            )
            level.sample.forward(scratch.second, into: scratch.sampled)
            x = scratch.sampled
        }
        finalConv.forward(x, into: workspace.final)
        finalNorm.forward(workspace.final, thenMish: true)
        head.forward(workspace.final, into: workspace.output)
    }

    /// Puts the channels of two sequences side by side.
    private static func join(
        _ a: SequenceBuffer,
        _ b: SequenceBuffer,
        into output: SequenceBuffer
    ) {
        for step in 0..<output.steps {
            output.row(step).update(from: a.row(step), count: a.channels)
            (output.row(step) + a.channels).update(from: b.row(step), count: b.channels)
        }
    }
}
