/// When an episode ends.
public enum StopRule: String, CaseIterable, Sendable {
    /// As soon as the success predicate has held for its hold time.
    case success
    /// At the task's time limit, whatever happens.
    case timeLimit = "time-limit"
}

/// Why an episode ended.
public enum EndReason: String, Sendable {
    /// The success predicate held for its hold time.
    case success
    /// The time limit passed.
    case timeLimit = "time-limit"
    /// The user asked to stop.
    case interrupted
    /// The operator said whether it was a success.
    case labelled = "operator"
}

/// What one episode came to.
public struct EpisodeResult: Equatable, Sendable {
    /// The seed of its reset and of the policy's noise.
    public var seed: UInt64
    /// Why it ended.
    public var endReason: EndReason
    /// The judgement of the success predicate.
    public var status: EpisodeStatus
    /// Ticks that ran.
    public var ticks: Int
    /// Control periods lost to overruns.
    public var misses: Int
    /// Episode time at the end.
    public var elapsed: TimeSpan

    /// The task file's rule: the predicate held for its hold time.
    public var success: Bool { status.succeededAt != nil }
}

extension ControlLoop {
    /// Runs one episode from the plant's present state, which must be freshly reset.
    ///
    /// - Parameters:
    ///   - seed: Keys the policy's noise and the latency trace.
    ///   - policySeed: Keys the policy's noise instead, to see what another draw had done.
    ///   - stop: When to end.
    ///   - timeLimit: Episode time at the end.
    ///   - journal: Receives every tick's trace, outside the tick.
    ///   - isInterrupted: Read once a tick.
    ///   - stolen: Read after each tick: time that the host took since the last reading.
    ///   - afterTick: Called between ticks, with whether an action was taken.
    /// - Throws: ``LoopFault``; `journal` then still holds the last ticks.
    public mutating func runEpisode(
        seed: UInt64,
        policySeed: UInt64? = nil,
        stop: StopRule,
        timeLimit: TimeSpan,
        journal: inout EpisodeJournal,
        isInterrupted: () -> Bool = { false },
        stolen: () -> TimeSpan = { .zero },
        afterTick: (inout ControlLoop, Bool) -> Void = { _, _ in }
    ) throws(LoopFault) -> EpisodeResult {
        reset(seed: seed, policySeed: policySeed, timeLimit: timeLimit)
        journal.beginEpisode(seed: seed)
        var reason = EndReason.timeLimit
        // A robot that is being brought to rest is: the fault comes before the end.
        while plant.elapsed < timeLimit || isFailing {
            if isInterrupted(), !isFailing {
                reason = .interrupted
                break
            }
            let acted = try tick(into: &journal, stolen: stolen)
            afterTick(&self, acted)
            if stop == .success, plant.status.succeededAt != nil, !isFailing {
                reason = .success
                break
            }
        }
        return EpisodeResult(
            seed: seed,
            endReason: reason,
            status: plant.status,
            ticks: journal.episodeTicks,
            misses: journal.episodeMisses,
            elapsed: plant.elapsed
        )
    }
}

extension ControlLoop {
    /// One tick, with its trace journalled even if it throws.
    private mutating func tick(
        into journal: inout EpisodeJournal,
        stolen: () -> TimeSpan
    ) throws(LoopFault) -> Bool {
        defer {
            let steal = stolen()
            while var trace = traces.pop() {
                trace.steal = steal
                journal.record(trace)
            }
        }
        return try tick()
    }
}

/// Collects traces outside the tick: histograms, the latency trace to save, the last ticks.
public struct EpisodeJournal: Sendable {
    /// How many of the last ticks are kept for a fault's report.
    public static let recentCount = 10

    /// Histograms over all episodes.
    public private(set) var account = LatencyAccount()
    /// The trace to save, when asked for.
    public private(set) var latencyText: LatencyTraceText?
    /// The last ticks, oldest first.
    public private(set) var recent: [TickTrace] = []
    /// Ticks of the present episode.
    public private(set) var episodeTicks = 0
    /// Periods lost in the present episode.
    public private(set) var episodeMisses = 0

    /// Every tick of the present episode, when asked for.
    public private(set) var ticks: [TickTrace]?

    /// Creates an empty journal.
    ///
    /// - Parameters:
    ///   - keepsLatencyText: Whether to keep every tick's stages for a trace file.
    ///   - keepsTicks: Whether to keep every tick of the present episode.
    public init(keepsLatencyText: Bool = false, keepsTicks: Bool = false) {
        latencyText = keepsLatencyText ? LatencyTraceText() : nil
        ticks = keepsTicks ? [] : nil
        recent.reserveCapacity(Self.recentCount + 1)
    }

    /// Adds the ticks of an episode that counts, journalled by itself.
    public mutating func add(_ other: EpisodeJournal) {
        account.add(other.account)
        if let text = other.latencyText { latencyText?.append(text) }
    }

    mutating func beginEpisode(seed: UInt64) {
        episodeTicks = 0
        episodeMisses = 0
        recent.removeAll(keepingCapacity: true)
        ticks?.removeAll(keepingCapacity: true)
        latencyText?.beginEpisode(seed: seed)
    }

    mutating func record(_ trace: TickTrace) {
        account.record(trace)
        latencyText?.append(trace)
        ticks?.append(trace)
        episodeTicks += 1
        episodeMisses += Int(trace.missedPeriods)
        recent.append(trace)
        if recent.count > Self.recentCount { recent.removeFirst() }
    }
}
