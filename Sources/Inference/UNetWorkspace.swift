/// Scratch of a U-Net for a number of candidates, planned once from its shape.
public final class UNetWorkspace {
    /// Scratch of one level.
    final class Level {
        /// The input of an upward level: what comes from below beside the skip.
        let joined: SequenceBuffer
        let hidden: SequenceBuffer
        let skipped: SequenceBuffer
        /// Of each block.
        let outputs: [SequenceBuffer]
        let sampled: SequenceBuffer

        init(_ blocks: [ResidualBlock], candidates: Int, steps: Int, sampledSteps: Int) {
            func buffer(_ steps: Int, _ channels: Int) -> SequenceBuffer {
                SequenceBuffer(candidates: candidates, steps: steps, channels: channels)
            }
            let width = blocks.last?.outputs ?? 0
            joined = buffer(steps, blocks.first?.inputs ?? 0)
            hidden = buffer(steps, width)
            skipped = buffer(steps, width)
            outputs = blocks.map { buffer(steps, $0.outputs) }
            sampled = buffer(sampledSteps, width)
        }

        /// Numbers in the largest buffer.
        var largest: Int {
            (outputs + [joined, hidden, sampled]).reduce(0) { max($0, $1.numbers.count) }
        }
    }

    /// How many candidates are computed at once.
    public let candidates: Int
    /// The noisy chunks z, `[horizon, actionWidth]` each.
    public let input: SequenceBuffer
    /// What the network predicts, `[horizon, actionWidth]` each.
    public let output: SequenceBuffer
    let down: [Level]
    let mid: Level
    let up: [Level]
    let final: SequenceBuffer
    /// FiLM numbers of all blocks under the observation, at the first time.
    let filmAtFirst: FloatBuffer
    /// The same at another time.
    let film: FloatBuffer
    let product: ProductWorkspace

    /// Allocates everything a forward pass writes.
    ///
    /// - Parameters:
    ///   - network: Whose scratch it is.
    ///   - candidates: How many chunks to compute at once, at least 1.
    ///   - partner: A second thread for big products.
    public init(_ network: UNet, candidates: Int = 1, partner: ProductPartner? = nil) {
        precondition(candidates > 0, "at least one candidate")
        self.candidates = candidates
        let shape = network.shape
        let deepest = network.down.count - 1
        func level(_ blocks: [ResidualBlock], _ depth: Int, sampled: Int) -> Level {
            Level(
                blocks,
                candidates: candidates,
                steps: shape.steps(level: depth),
                sampledSteps: sampled
            )
        }
        func chunk(_ channels: Int) -> SequenceBuffer {
            SequenceBuffer(candidates: candidates, steps: shape.horizon, channels: channels)
        }
        input = chunk(shape.actionWidth)
        output = chunk(shape.actionWidth)
        final = chunk(shape.unetWidths[0])
        down = network.down.enumerated().map { i, part in
            level(part.blocks, i, sampled: shape.steps(level: min(i + 1, deepest)))
        }
        mid = level(network.mid.blocks, deepest, sampled: 0)
        up = network.up.enumerated().map { i, part in
            level(part.blocks, deepest - i, sampled: shape.steps(level: deepest - i - 1))
        }
        filmAtFirst = FloatBuffer(count: network.film.outputs)
        film = FloatBuffer(count: network.film.outputs)
        let largest = (down + [mid] + up).reduce(
            max(input.numbers.count, final.numbers.count, shape.conditionWidth)
        ) { max($0, $1.largest) }
        product = ProductWorkspace(inputs: largest, partner: partner)
    }
}
