/// Scratch of a U-Net, planned once from its shape.
public final class UNetWorkspace {
    /// Scratch of one level.
    final class Level {
        let joined: SequenceBuffer
        let first: SequenceBuffer
        let second: SequenceBuffer
        let sampled: SequenceBuffer
        let firstBlock: ResidualBlockWorkspace
        let secondBlock: ResidualBlockWorkspace

        init(_ first: ResidualBlock, _ second: ResidualBlock, steps: Int, sampledSteps: Int) {
            joined = SequenceBuffer(steps: steps, channels: first.inputs)
            self.first = SequenceBuffer(steps: steps, channels: first.outputs)
            self.second = SequenceBuffer(steps: steps, channels: second.outputs)
            sampled = SequenceBuffer(steps: sampledSteps, channels: second.outputs)
            firstBlock = ResidualBlockWorkspace(first, steps: steps)
            secondBlock = ResidualBlockWorkspace(second, steps: steps)
        }
    }

    /// The noisy chunk z, shape `[horizon, actionWidth]`.
    public let input: SequenceBuffer
    /// The average velocity, shape `[horizon, actionWidth]`.
    public let output: SequenceBuffer
    let down: [Level]
    let mid: Level
    let up: [Level]
    let final: SequenceBuffer

    /// Allocates everything a forward pass writes.
    public init(_ network: UNet) {
        let shape = network.shape
        let deepest = network.down.count - 1
        input = SequenceBuffer(steps: shape.horizon, channels: shape.actionWidth)
        output = SequenceBuffer(steps: shape.horizon, channels: shape.actionWidth)
        down = network.down.enumerated().map { i, level in
            Level(
                level.first,
                level.second,
                steps: shape.steps(level: i),
                sampledSteps: shape.steps(level: min(i + 1, deepest))
            )
        }
        mid = Level(
            network.mid.first,
            network.mid.second,
            steps: shape.steps(level: deepest),
            sampledSteps: 0
        )
        up = network.up.enumerated().map { i, level in
            Level(
                level.first,
                level.second,
                steps: shape.steps(level: deepest - i),
                sampledSteps: shape.steps(level: deepest - i - 1)
            )
        }
        final = SequenceBuffer(steps: shape.horizon, channels: shape.unetWidths[0])
    }
}
