public import Runtime
import Spatial

/// The baseline that draws every action uniformly from `[-1, 1)`.
public struct RandomPolicy: Policy {
    /// The chunk's sizes.
    public let shape: PolicyShape
    private var stream = RandomStream(seed: 0, stream: RandomPolicy.actionStream)

    /// Keeps the policy's draws apart from other draws of the same seed ("random").
    private static let actionStream: UInt64 = 0x7261_6E64_6F6D

    /// Creates a policy for actions of so many numbers.
    public init(actionWidth: Int, horizon: Int = 1) {
        shape = PolicyShape(horizon: horizon, actionWidth: actionWidth)
    }

    /// Keys the draws by `seed`.
    public mutating func reset(seed: UInt64) {
        stream = RandomStream(seed: seed, stream: Self.actionStream)
    }

    /// Fills the chunk with fresh draws.
    public mutating func plan(
        _ observation: Observation,
        into chunk: inout ActionChunk
    ) throws(LoopFault) {
        guard chunk.horizon == shape.horizon, chunk.width == shape.actionWidth else {
            throw .policy(what: "the chunk has another shape than the policy's")
        }
        for i in chunk.values.indices {
            chunk.values[i] = Float(stream.uniform(in: -1...1))
        }
    }
}
