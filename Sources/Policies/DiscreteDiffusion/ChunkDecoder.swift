import Diagnostics
import Inference
import Spatial

/// Decodes one chunk after the other: from masked tokens to actions in rounds, the surest first.
///
/// Every round yields a whole chunk, so decoding can stop after any. Nothing is allocated after
/// `init`. The reference in Python, compared token by token: `vla/decode.py` of the training.
struct ChunkDecoder {
    let settings: DecoderSettings
    private let bins: ActionBins
    private let length: Int
    private let softmax: Softmax
    private var stream = RandomStream(seed: 0, stream: ChunkDecoder.stream)
    /// Plans since the episode's start.
    private var plan: UInt64 = 0

    /// The chunk in the action's units, decided or not.
    let values: FloatBuffer
    private let state: State

    /// Tokens of the present plan that were given.
    private var frozen = 0
    private(set) var round = 0
    /// Rounds of the present plan, unless it is cut.
    private(set) var rounds = 0
    private(set) var remasked = 0

    /// Keeps the decoder's draws apart from others of the same seed ("decode").
    private static let stream: UInt64 = 0x6465_636F_6465
    private static let mask = Int32(LanguageActionShape.bins)

    /// Per token: the draft, its probability, that when it was decided, and its claim to be decided.
    private final class State {
        let length: Int
        let tokens: UnsafeMutablePointer<Int32>
        let draft: UnsafeMutablePointer<Int32>
        let confidence: FloatBuffer
        let decidedAt: FloatBuffer
        let claim: FloatBuffer
        let probabilities = FloatBuffer(count: LanguageActionShape.bins)
        let heated = FloatBuffer(count: LanguageActionShape.bins)

        init(length: Int) {
            self.length = length
            tokens = .allocate(capacity: length)
            tokens.initialize(repeating: 0, count: length)
            draft = .allocate(capacity: length)
            draft.initialize(repeating: 0, count: length)
            confidence = FloatBuffer(count: length)
            decidedAt = FloatBuffer(count: length)
            claim = FloatBuffer(count: length)
        }

        deinit {
            tokens.deallocate()
            draft.deallocate()
        }

        var hasMask: Bool {
            for i in 0..<length where tokens[i] == mask { return true }
            return false
        }
    }

    /// Bins, or ``LanguageActionShape/bins`` where masked: what the network reads.
    ///
    /// Shape `[horizon, width]`.
    var tokens: UnsafePointer<Int32> { UnsafePointer(state.tokens) }

    init(_ settings: DecoderSettings, bins: ActionBins, horizon: Int) throws(InputError) {
        (self.settings, self.bins) = (settings, bins)
        length = horizon * bins.width
        softmax = try Softmax()
        state = State(length: length)
        values = FloatBuffer(count: length)
    }

    mutating func reset(seed: UInt64) {
        stream = RandomStream(seed: seed, stream: Self.stream)
        plan = 0
    }

    /// Begins a chunk whose first `steps` actions are given in ``values``.
    mutating func begin(frozen steps: Int) {
        frozen = steps * bins.width
        for i in 0..<length {
            let isGiven = i < frozen
            state.tokens[i] =
                isGiven
                ? Int32(bins.bin(of: values.base[i], dimension: i % bins.width)) : Self.mask
            state.confidence.base[i] = 1
            state.decidedAt.base[i] = 1
        }
        (round, remasked) = (0, 0)
        rounds = frozen == length ? 0 : settings.rounds(masked: length - frozen, of: length)
        plan &+= 1
    }

    /// Whether the chunk needs no more rounds.
    var isFinished: Bool {
        if round >= rounds { return true }
        return settings.remasking == .off && round > 0 && !state.hasMask
    }

    /// The least probability of the tokens that were not given, when they were decided or drafted.
    var leastConfidence: Float {
        var least: Float = 1
        for i in frozen..<length { least = min(least, state.confidence.base[i]) }
        return least
    }

    /// One round, on the network's scores for ``tokens``.
    ///
    /// - Parameter scores: Shape `[length, bins]`.
    mutating func take(_ scores: UnsafePointer<Float>) {
        round += 1
        let heat = settings.heat(round: round, of: rounds)
        var masked = 0
        for i in frozen..<length {
            // Behind every claim that a token can have.
            state.claim.base[i] = -.infinity
            let count = bins.counts[i % bins.width]
            let p = state.probabilities.base
            p.update(from: scores + i * LanguageActionShape.bins, count: count)
            softmax.forward(p, rows: 1, width: count)
            if tokens[i] != Self.mask {
                guard
                    settings.takesBack(
                        p[Int(tokens[i])],
                        decidedAt: state.decidedAt.base[i],
                        round: round,
                        of: rounds
                    )
                else { continue }
                state.tokens[i] = Self.mask
                remasked += 1
            }
            masked += 1
            draft(i, count, scores + i * LanguageActionShape.bins, heat)
        }
        let left = settings.remaining(after: round, of: rounds, start: length - frozen)
        decide(min(max(masked - left, 1), masked))
    }

    /// Draws a bin for a masked token and says how good its claim is.
    private func draft(
        _ i: Int,
        _ count: Int,
        _ scores: UnsafePointer<Float>,
        _ heat: Float
    ) {
        let p = state.probabilities.base
        let (u, order) = stream.uniforms(
            at: (plan &- 1) << 32 | UInt64(round) << 16 | UInt64(i)
        )
        var (best, second) = (0, -1)
        for bin in 1..<max(count, 1) {
            if p[bin] > p[best] {
                (best, second) = (bin, best)
            } else if second < 0 || p[bin] > p[second] {
                second = bin
            }
        }
        let bin = heat > 0 ? draw(count, scores, heat, u) : best
        state.draft[i] = Int32(bin)
        state.confidence.base[i] = p[bin]
        values.base[i] = value(of: bin, dimension: i % bins.width, count)
        state.claim.base[i] =
            switch settings.order {
            case .probability: p[bin]
            case .gap: p[best] - (second < 0 ? 0 : p[second])
            case .random: Float(order)
            case .sequential: -Float(i)
            }
    }

    /// A bin drawn at a temperature, by a uniform number: as Gumbel's maximum is distributed.
    private func draw(
        _ count: Int,
        _ scores: UnsafePointer<Float>,
        _ heat: Float,
        _ u: Double
    ) -> Int {
        let q = state.heated.base
        q.update(from: scores, count: count)
        softmax.forward(q, rows: 1, width: count, inverseTemperature: 1 / heat)
        var total: Float = 0
        for bin in 0..<count { total += q[bin] }
        let limit = u * Double(total)
        var sum: Float = 0
        for bin in 0..<count {
            sum += q[bin]
            if Double(sum) > limit { return bin }
        }
        return count - 1
    }

    private func value(of bin: Int, dimension: Int, _ count: Int) -> Float {
        guard settings.isSubBin, count > 2 else { return bins.value(bin, dimension: dimension) }
        let p = state.probabilities.base
        var (sum, weight): (Float, Float) = (0, 0)
        for near in max(0, bin - 2)...min(count - 1, bin + 2) {
            sum += p[near] * bins.value(near, dimension: dimension)
            weight += p[near]
        }
        // Bins drawn at a high temperature may have no weight to speak of.
        return weight > 0 ? sum / weight : bins.value(bin, dimension: dimension)
    }

    /// Decides the tokens of the best claims; of equal ones, the first.
    private func decide(_ count: Int) {
        for _ in 0..<count {
            var best = -1
            for i in frozen..<length where tokens[i] == Self.mask {
                if best < 0 || state.claim.base[i] > state.claim.base[best] { best = i }
            }
            guard best >= 0 else { return }
            state.tokens[best] = state.draft[best]
            state.decidedAt.base[best] = state.confidence.base[best]
        }
    }
}
