import Runtime

/// What a whole run came to: episodes in seed order, and the latency account over all of them.
struct RunResult {
    /// One finished episode with what only the task can say about it.
    struct Episode {
        var result: EpisodeResult
        var stateHash: UInt64
        var instruction: String?
        /// Why it failed, in the task's words; nil when it succeeded.
        var cause: String?
        /// 99th percentiles of its ticks.
        var p99 = P99()
        /// Its recording, where there is one.
        var recording: Recording?
    }

    /// 99th percentiles of one episode, in microseconds.
    struct P99: Equatable {
        var tick = 0.0
        var plannedTick = 0.0
        var charge = 0.0

        init() {}

        init(_ account: LatencyAccount) {
            tick = account.summary(of: .tick).p99
            plannedTick = account.summary(of: .plannedTick).p99
            charge = account.charge.p99
        }
    }

    /// What became of an episode's recording.
    struct Recording: Equatable {
        /// The file; nil where it went elsewhere.
        var file: String?
        /// Ticks, plans and pictures that found no room.
        var dropped: Int
    }

    var episodes: [Episode] = []
    var account = LatencyAccount()
    /// Text of the latency trace, when kept.
    var latencyText: String?
    /// Wall time of the run in seconds.
    var wallSeconds = 0.0
    var wasInterrupted = false

    /// Ticks, plans and pictures that no recording has, for want of room.
    var dropped: Int { episodes.reduce(0) { $0 + ($1.recording?.dropped ?? 0) } }

    var successes: Int { episodes.filter(\.result.success).count }

    var successRate: Double {
        episodes.isEmpty ? 0 : Double(successes) / Double(episodes.count)
    }

    var interval: WilsonInterval {
        WilsonInterval(successes: successes, trials: episodes.count)
    }

    /// Ticks per second of episode time, which misses lower.
    var effectiveRate: Double {
        let seconds = episodes.reduce(0) { $0 + $1.result.elapsed.seconds }
        let ticks = episodes.reduce(0) { $0 + $1.result.ticks }
        return seconds > 0 ? Double(ticks) / seconds : 0
    }

    /// How often each cause of failure occurred, most frequent first.
    var causes: [(cause: String, count: Int)] {
        var counts: [String: Int] = [:]
        for episode in episodes {
            if let cause = episode.cause { counts[cause, default: 0] += 1 }
        }
        return counts.map { (cause: $0.key, count: $0.value) }
            .sorted { ($1.count, $0.cause) < ($0.count, $1.cause) }
    }
}
