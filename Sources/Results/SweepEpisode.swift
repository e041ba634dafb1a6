public import Runtime

/// One episode of a sweep, as it is kept.
public struct SweepEpisode: Equatable, Sendable {
    /// How it ended.
    public enum Outcome: Equatable, Sendable {
        /// It ran to its end.
        case finished(Finished)
        /// It crashed, hung or hit a fault each time it was tried; says why.
        case broken(String)
    }

    /// What an episode that ran to its end came to.
    public struct Finished: Equatable, Sendable, Codable {
        /// The task's rule: held for its hold time.
        public var success: Bool
        /// Whether the predicate held at the end.
        public var successAtEnd: Bool
        /// Whether it ever held.
        public var successOnce: Bool
        /// When the rule was met, in seconds.
        public var successAtS: Double?
        /// Why the episode ended.
        public var endReason: String
        /// Why it failed, in the task's words.
        public var cause: String?
        /// The instruction it was given.
        public var instruction: String?
        /// Ticks that ran.
        public var ticks: Int
        /// Control periods lost.
        public var misses: Int
        /// Episode time at the end, in seconds.
        public var elapsedS: Double
        /// Hash of the final physics state, 16 hexadecimal digits.
        public var stateHash: String

        /// Creates a result.
        public init(
            success: Bool,
            successAtEnd: Bool,
            successOnce: Bool,
            successAtS: Double?,
            endReason: String,
            cause: String?,
            instruction: String?,
            ticks: Int,
            misses: Int,
            elapsedS: Double,
            stateHash: String
        ) {
            self.success = success
            self.successAtEnd = successAtEnd
            self.successOnce = successOnce
            self.successAtS = successAtS
            self.endReason = endReason
            self.cause = cause
            self.instruction = instruction
            self.ticks = ticks
            self.misses = misses
            self.elapsedS = elapsedS
            self.stateHash = stateHash
        }
    }

    /// Percentiles of one stage, in microseconds.
    public struct Percentiles: Equatable, Sendable, Codable {
        /// The median.
        public var p50: Double
        /// 99 % are at most this.
        public var p99: Double
        /// The largest.
        public var max: Double

        /// Creates percentiles.
        public init(p50: Double, p99: Double, max: Double) {
            self.p50 = p50
            self.p99 = p99
            self.max = max
        }
    }

    /// How long it took, which no two runs share.
    public struct Timing: Equatable, Sendable, Codable {
        /// Sense, infer, rerank and act together.
        public var tick: Percentiles
        /// The network, in ticks that plan.
        public var infer: Percentiles
        /// Counts by stage and bucket of ``LatencyBuckets``.
        public var stages: LatencyBuckets
        /// The first ticks' stages, where they are kept.
        public var ticks: [SweepTick]

        /// Creates a timing.
        public init(
            tick: Percentiles,
            infer: Percentiles,
            stages: LatencyBuckets,
            ticks: [SweepTick]
        ) {
            self.tick = tick
            self.infer = infer
            self.stages = stages
            self.ticks = ticks
        }
    }

    /// The seed.
    public var seed: Int
    /// How it ended.
    public var outcome: Outcome
    /// How long its ticks took; nil when it broke, or where only outcomes are read.
    public var timing: Timing?
    /// How often it was tried.
    public var attempts: Int
    /// Wall time in seconds.
    public var wallSeconds: Double

    /// Creates an episode.
    public init(
        seed: Int,
        outcome: Outcome,
        timing: Timing?,
        attempts: Int,
        wallSeconds: Double
    ) {
        self.seed = seed
        self.outcome = outcome
        self.timing = timing
        self.attempts = attempts
        self.wallSeconds = wallSeconds
    }

    /// The result, if it ran to its end.
    public var finished: Finished? {
        if case .finished(let finished) = outcome { finished } else { nil }
    }

    /// Whether it ran to its end and met the task's rule.
    public var isSuccess: Bool { finished?.success ?? false }
}

/// The stages of one tick, in microseconds.
public struct SweepTick: Equatable, Sendable, Codable {
    /// The tick's index; skipped periods are counted in.
    public var tick: Int
    /// Whether the policy planned in it.
    public var planned: Bool
    /// Reading sensors.
    public var sense: Double
    /// The network.
    public var infer: Double
    /// Scoring candidates.
    public var rerank: Double
    /// Queue, controller and gate.
    public var act: Double
    /// Physics.
    public var step: Double
    /// What was charged to the world.
    public var charge: Double
    /// Control periods lost.
    public var misses: Int

    /// Creates a tick.
    public init(
        tick: Int,
        planned: Bool,
        sense: Double,
        infer: Double,
        rerank: Double,
        act: Double,
        step: Double,
        charge: Double,
        misses: Int
    ) {
        self.tick = tick
        self.planned = planned
        self.sense = sense
        self.infer = infer
        self.rerank = rerank
        self.act = act
        self.step = step
        self.charge = charge
        self.misses = misses
    }

    /// What a command waited for.
    public var latency: Double { sense + infer + rerank + act }
}
