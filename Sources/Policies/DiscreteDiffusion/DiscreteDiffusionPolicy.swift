public import Diagnostics
import Inference
public import Runtime

/// A policy that reads words and pictures and decodes a chunk of action tokens in a few rounds.
///
/// Discrete Diffusion VLA (arXiv 2508.20072) over a network whose prefix does not see the actions, so
/// that an observation is taken in once and each round computes the action tokens alone. Words and
/// pictures that are as they were are not taken in again. Actions that will be executed before the plan
/// lands are given to it as decided: DiscreteRTC (arXiv 2604.25050).
///
/// The model is shared; an instance owns its workspace and belongs to one loop. `Time` is read only
/// where a plan has a limit in time.
public final class DiscreteDiffusionPolicy<Time: TimeSource>: Policy {
    /// The manifest, words and weights.
    public let model: DiscreteDiffusionModel
    /// What the numbers mean here.
    public let statistics: EmbodimentStatistics
    /// How chunks are decoded.
    public let settings: DecoderSettings
    /// When decoding stops early.
    public let limit: PlanLimit
    /// What the last plan took.
    public private(set) var effort = PlanEffort()

    private let workspace: LanguageActionWorkspace
    private let time: Time
    private var decoder: ChunkDecoder
    private var resize: PictureResize
    private let state: FloatBuffer
    /// Arithmetic of an observation and of a round, for an instruction of a few words.
    private let costs: (prefix: Double, round: Double)
    private var frozenSteps = 0

    // What the prefix in the workspace was made of.
    private var instruction: String?
    private var ids: [Int32]
    private var seen: [[UInt8]]
    /// Where the views stand among the observation's frames.
    private var frames: [Int]
    /// Segments that were taken in over all plans: words, pictures, states.
    public private(set) var takenIn = (words: 0, pictures: 0, states: 0)

    /// Creates a policy over a loaded model, with a workspace of its own.
    ///
    /// - Parameters:
    ///   - model: The network.
    ///   - statistics: One of the manifest's.
    ///   - settings: How to decode; as the manifest says by default.
    ///   - limit: When to stop early.
    ///   - time: Read where the limit is a time.
    /// - Throws: `InputError` if `SIMRUN_ISA` names no set of this machine.
    public init(
        model: DiscreteDiffusionModel,
        statistics: EmbodimentStatistics,
        settings: DecoderSettings? = nil,
        limit: PlanLimit = .none,
        time: Time
    ) throws(InputError) {
        self.model = model
        self.statistics = statistics
        self.settings = settings ?? model.manifest.decoder
        self.limit = limit
        self.time = time
        let shape = model.network.shape
        workspace = model.network.makeWorkspace(views: statistics.views.count)
        decoder = try ChunkDecoder(
            self.settings,
            bins: statistics.bins,
            horizon: shape.horizon
        )
        resize = PictureResize(size: shape.imageSize)
        state = FloatBuffer(count: shape.stateWidth)
        let phases = model.phases(rounds: 1, views: statistics.views.count)
        costs = (phases[0].flops, phases[1].flops)
        ids = [Int32](repeating: 0, count: shape.words)
        seen = statistics.views.map { _ in [] }
        frames = statistics.views.map { _ in 0 }
    }

    /// The chunk's sizes.
    public var shape: PolicyShape {
        let shape = model.network.shape
        return PolicyShape(horizon: shape.horizon, actionWidth: shape.actionWidth)
    }

    /// Keys the decoder's random numbers by `seed`.
    public func reset(seed: UInt64) {
        decoder.reset(seed: seed)
        frozenSteps = 0
    }

    /// Gives the first actions of the next chunk, which then are decoded by nobody.
    public func freeze(_ rows: ActionChunk, count: Int) {
        let shape = model.network.shape
        frozenSteps = min(count, shape.horizon, rows.horizon)
        guard rows.width == shape.actionWidth else { return frozenSteps = 0 }
        for i in 0..<frozenSteps * rows.width { decoder.values.base[i] = rows.values[i] }
    }

    /// Plans from the observation.
    ///
    /// Does not allocate, but when a picture has another size than before.
    ///
    /// - Throws: `LoopFault` if there is no instruction, or one of too many words; if a view or a part of the
    ///   state is missing, or a number is not finite.
    public func plan(
        _ observation: Observation,
        into chunk: inout ActionChunk
    ) throws(LoopFault) {
        let shape = model.network.shape
        guard chunk.horizon == shape.horizon, chunk.width == shape.actionWidth else {
            throw .policy(what: "the chunk has another shape than the policy's")
        }
        var start = TimeSpan.zero
        if case .time = limit { start = time.now() }
        try takeIn(observation)
        decoder.begin(frozen: frozenSteps)
        frozenSteps = 0
        decode(since: start)
        for i in 0..<shape.chunkTokens {
            let action = decoder.values.base[i]
            guard action.isFinite else { throw .notFinite(what: "the planned action") }
            chunk.values[i] = min(max(action, -1), 1)
        }
    }

    private func decode(since start: TimeSpan) {
        var slowest = TimeSpan.zero
        var before = start
        if case .time = limit { before = time.now() }
        while !decoder.isFinished {
            model.network.score(decoder.tokens, workspace: workspace)
            decoder.take(workspace.scores.base)
            switch limit {
            case .none: continue
            case .rounds(let most) where decoder.round < most: continue
            case .rounds: break
            case .time(let budget):
                let now = time.now()
                slowest = max(slowest, now - before)
                before = now
                if now - start + slowest <= budget { continue }
            }
            break
        }
        note()
    }

    private func note() {
        effort.rounds = Int32(decoder.round)
        effort.remasked = Int32(decoder.remasked)
        effort.leastConfidence = decoder.leastConfidence
        effort.share = 1
        guard decoder.round < decoder.rounds, !decoder.isFinished else { return }
        effort.share = Float(
            (costs.prefix + costs.round * Double(decoder.round))
                / (costs.prefix + costs.round * Double(decoder.rounds))
        )
    }

    // MARK: Observation

    private func takeIn(_ observation: Observation) throws(LoopFault) {
        var changed = try takeInWords(observation)
        for view in statistics.views.indices {
            changed = try takeInPicture(view, of: observation, anew: changed)
        }
        try StateFeature.write(statistics.features, of: observation, to: state.base)
        let normalisation = statistics.stateNormalisation
        for i in normalisation.scale.indices {
            state.base[i] = state.base[i] * normalisation.scale[i] + normalisation.offset[i]
        }
        model.network.feel(state.base, workspace: workspace)
        takenIn.states += 1
    }

    /// Returns whether they are others than before.
    private func takeInWords(_ observation: Observation) throws(LoopFault) -> Bool {
        guard let text = observation.instruction else {
            throw .policy(what: "the policy needs an instruction and the observation has none")
        }
        if text == instruction { return false }
        instruction = nil
        let reading = ids.withUnsafeMutableBufferPointer { model.vocabulary.read(text, into: $0) }
        guard reading.words > 0 else { throw .policy(what: "the instruction has no word") }
        guard reading.words <= ids.count else {
            throw .policy(what: "the instruction has more words than the policy reads")
        }
        ids.withUnsafeBufferPointer {
            let words = UnsafeBufferPointer(rebasing: $0[..<reading.words])
            model.network.read(words, workspace: workspace)
        }
        instruction = text
        takenIn.words += 1
        return true
    }

    /// Returns whether what stands behind must be taken in anew.
    private func takeInPicture(
        _ view: Int,
        of observation: Observation,
        anew: Bool
    ) throws(LoopFault) -> Bool {
        let index = try frame(of: view, in: observation)
        let frame = observation.frames[index]
        guard frame.width > 0, frame.height > 0,
            frame.rgb.count == 3 * frame.width * frame.height
        else { throw .policy(what: "a picture is not of the size that it says") }
        if !anew, seen[view] == frame.rgb { return false }
        resize.fill(workspace.pictures[view], from: frame)
        model.network.look(view, workspace: workspace)
        if seen[view].count != frame.rgb.count {
            seen[view] = [UInt8](repeating: 0, count: frame.rgb.count)
        }
        seen[view].withUnsafeMutableBufferPointer { _ = $0.update(fromContentsOf: frame.rgb) }
        takenIn.pictures += 1
        return true
    }

    private func frame(of view: Int, in observation: Observation) throws(LoopFault) -> Int {
        let name = statistics.views[view]
        let guess = frames[view]
        if observation.frames.indices.contains(guess), observation.frames[guess].name == name {
            return guess
        }
        guard let found = observation.frames.firstIndex(where: { $0.name == name }) else {
            throw .policy(what: "the observation lacks a view that the policy looks at")
        }
        frames[view] = found
        return found
    }
}
