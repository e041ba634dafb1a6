public import Diagnostics
public import Inference
public import Runtime
import Spatial

/// A policy that turns noise into a chunk of actions: in one network evaluation with MeanFlow
/// (MP1, arXiv 2507.10543) and FlowPolicy, in several with DP3.
///
/// How is the ``Sampler``'s. Row 0 of a plan is the action of the newest observation; rows that the
/// network predicts for older ones (`first_action`) are left out.
///
/// The model is shared; an instance owns its workspace and belongs to one loop.
public final class UNetPolicy: Policy {
    /// The manifest and weights.
    public let model: UNetModel

    private var history: ObservationRing
    private let workspace: UNetWorkspace
    /// Features of all observation steps, oldest first.
    private let condition: FloatBuffer
    private let noise: FloatBuffer
    /// Normalised actions of all candidates.
    private let chunks: FloatBuffer
    private var stream = RandomStream(seed: 0, stream: UNetPolicy.noiseStream)

    /// Keeps the policy's draws apart from other draws of the same seed ("policy").
    private static let noiseStream: UInt64 = 0x706F_6C69_6379

    /// Chunks that a plan makes at once.
    public var candidates: Int { workspace.candidates }

    /// Loads a policy's directory.
    ///
    /// - Throws: `InputError` naming file and key or tensor.
    public convenience init(directory: String) throws(InputError) {
        self.init(model: try UNetModel(directory: directory))
    }

    /// Creates a policy over a loaded model, with a workspace of its own.
    ///
    /// - Parameters:
    ///   - model: The network.
    ///   - candidates: How many chunks to sample for each observation.
    ///   - partner: A second thread for big networks; this policy's own.
    public init(model: UNetModel, candidates: Int = 1, partner: ProductPartner? = nil) {
        self.model = model
        let shape = model.manifest.network
        history = ObservationRing(model: model)
        workspace = UNetWorkspace(model.unet, candidates: candidates, partner: partner)
        condition = FloatBuffer(count: shape.conditionWidth)
        noise = FloatBuffer(count: candidates * shape.horizon * shape.actionWidth)
        chunks = FloatBuffer(count: noise.count)
        reset(seed: 0)
    }

    /// The chunk's sizes.
    public var shape: PolicyShape {
        let network = model.manifest.network
        return PolicyShape(
            horizon: model.manifest.plannedActions,
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

    /// Plans from the observation and the ones before it; of several candidates, the first.
    ///
    /// Does not allocate. At an episode's start the first observation stands in for those before.
    ///
    /// - Throws: `LoopFault` if the observation lacks what the policy reads, or a number in it or
    ///   in the plan is not finite.
    public func plan(
        _ observation: Observation,
        into chunk: inout ActionChunk
    ) throws(LoopFault) {
        try begin(observation)
        sampleWave()
        try unpack(0, into: &chunk)
    }

    /// Samples all candidates for one observation, each from noise of its own; what depends on the
    /// observation alone is computed once.
    ///
    /// Does not allocate.
    ///
    /// - Throws: `LoopFault` as for one plan.
    ///
    /// - Precondition: There are ``candidates`` chunks.
    public func plan(
        _ observation: Observation,
        into chunks: inout [ActionChunk]
    ) throws(LoopFault) {
        precondition(chunks.count == candidates, "one chunk a candidate")
        try begin(observation)
        try draw(into: &chunks, from: 0)
    }

    /// Takes in an observation: what depends on it alone is computed once.
    public func begin(_ observation: Observation) throws(LoopFault) {
        try history.add(observation)
        history.gather(into: condition)
        applyMish(condition.values)
        model.unet.observe(condition.base, workspace: workspace)
    }

    /// Samples as many chunks as the workspace holds into `chunks[first...]`.
    public func draw(into chunks: inout [ActionChunk], from first: Int) throws(LoopFault) {
        sampleWave()
        for candidate in 0..<candidates {
            try unpack(candidate, into: &chunks[first + candidate])
        }
    }

    private func sampleWave() {
        if model.manifest.noise == .normal { drawNoise() }
        chunks.base.update(from: noise.base, count: noise.count)
        model.manifest.sampler.sample(chunks.values, model.unet, workspace: workspace)
    }

    /// Unnormalises, clips to `[-1, 1]`.
    private func unpack(_ candidate: Int, into chunk: inout ActionChunk) throws(LoopFault) {
        let manifest = model.manifest
        let (horizon, width) = (manifest.plannedActions, manifest.network.actionWidth)
        guard chunk.horizon == horizon, chunk.width == width else {
            throw .policy(what: "the chunk has another shape than the policy's")
        }
        let normalisation = manifest.actionNormalisation
        let first = candidate * manifest.network.horizon + manifest.firstAction
        let rows = chunks.base + first * width
        for step in 0..<horizon {
            for component in 0..<width {
                let x = rows[step * width + component]
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
