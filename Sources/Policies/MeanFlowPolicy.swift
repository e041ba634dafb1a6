public import Diagnostics
import Inference
public import Runtime
import Spatial

/// A one-step MeanFlow policy: the whole chunk in one network evaluation.
///
/// `x₀ = z − u(z, r = 0, t = 1)`, with `t = 1` noise and `t = 0` data. Source: MeanFlow,
/// arXiv 2505.13447, and MP1, arXiv 2507.10543. Row 0 of the chunk is the action of the current
/// observation (in MP1 it belongs to the older step).
///
/// The model is shared; an instance owns its workspace and belongs to one loop.
public final class MeanFlowPolicy: Policy {
    /// The manifest and weights.
    public let model: MeanFlowModel

    private var history: ObservationRing
    private let workspace: UNetWorkspace
    /// Features of all observation steps, oldest first.
    private let condition: FloatBuffer
    private let noise: FloatBuffer
    private var stream = RandomStream(seed: 0, stream: MeanFlowPolicy.noiseStream)

    /// Keeps the policy's draws apart from other draws of the same seed ("policy").
    private static let noiseStream: UInt64 = 0x706F_6C69_6379

    /// Loads a policy's directory.
    ///
    /// - Throws: `InputError` naming file and key or tensor.
    public convenience init(directory: String) throws(InputError) {
        self.init(model: try MeanFlowModel(directory: directory))
    }

    /// Creates a policy over a loaded model, with a workspace of its own.
    public init(model: MeanFlowModel) {
        self.model = model
        let shape = model.manifest.network
        history = ObservationRing(model: model)
        workspace = UNetWorkspace(model.unet)
        condition = FloatBuffer(count: shape.conditionWidth)
        noise = FloatBuffer(count: shape.horizon * shape.actionWidth)
        reset(seed: 0)
    }

    /// The chunk's sizes.
    public var shape: PolicyShape {
        let network = model.manifest.network
        return PolicyShape(
            horizon: network.horizon,
            actionWidth: network.actionWidth,
            memory: (network.observationSteps - 1) * model.manifest.observationStride
        )
    }

    /// Forgets the last episode's observations and draws noise anew from `seed`.
    public func reset(seed: UInt64) {
        stream = RandomStream(seed: seed, stream: Self.noiseStream)
        history.clear()
        switch model.manifest.noise {
        case .zero: noise.values.update(repeating: 0)
        case .normal, .fixed: drawNoise()
        }
    }

    /// Keeps the inputs of a step that needs no plan; what no plan will look at is never encoded.
    public func observe(_ observation: Observation) throws(LoopFault) {
        try history.add(observation)
    }

    /// Plans from the observation and the ones before it.
    ///
    /// Does not allocate. At an episode's start the first observation stands in for those before.
    ///
    /// - Throws: `LoopFault` if the observation lacks what the policy reads, or a number in it or
    ///   in the plan is not finite.
    public func plan(
        _ observation: Observation,
        into chunk: inout ActionChunk
    ) throws(LoopFault) {
        try history.add(observation)
        history.gather(into: condition)
        applyMish(condition.values)
        if model.manifest.noise == .normal { drawNoise() }
        workspace.input.row(0).update(from: noise.base, count: noise.count)
        model.unet.forward(condition: condition.base, workspace: workspace)
        try unpack(into: &chunk)
    }

    /// Takes the step, unnormalises, clips to `[-1, 1]`.
    private func unpack(into chunk: inout ActionChunk) throws(LoopFault) {
        let (horizon, width) = (shape.horizon, shape.actionWidth)
        guard chunk.horizon == horizon, chunk.width == width else {
            throw .policy(what: "the chunk has another shape than the policy's")
        }
        let normalisation = model.manifest.actionNormalisation
        let velocity = workspace.output.row(0)
        for step in 0..<horizon {
            for component in 0..<width {
                let i = step * width + component
                let x = noise.base[i] - velocity[i]
                let action =
                    (x - normalisation.offset[component]) / normalisation.scale[component]
                guard action.isFinite else { throw .notFinite(what: "the planned action") }
                chunk[step, component] = min(max(action, -1), 1)
            }
        }
    }

    private func drawNoise() {
        for i in 0..<noise.count { noise.base[i] = Float(stream.normal()) }
    }
}
