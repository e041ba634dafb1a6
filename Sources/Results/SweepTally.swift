public import Runtime

/// What a cell's episodes came to.
public struct SweepTally: Equatable, Sendable {
    /// Episodes that are there.
    public var episodes = 0
    /// Those that met the task's rule.
    public var successes = 0
    /// Those that could not be run.
    public var broken = 0
    /// Control periods lost.
    public var misses = 0
    /// Seeds that ran and did not meet the rule, ascending.
    public var failedSeeds: [Int] = []
    /// Seeds that could not be run, ascending.
    public var brokenSeeds: [Int] = []

    /// No episodes.
    public init() {}

    /// Success over all episodes, for one that broke has not met its task's rule; nil without any.
    public var successRate: Double? {
        episodes > 0 ? Double(successes) / Double(episodes) : nil
    }

    /// Wilson's interval of the rate.
    public var interval: WilsonInterval { WilsonInterval(successes: successes, trials: episodes) }

    /// Adds one episode; seeds must come in ascending order.
    public mutating func add(_ episode: SweepEpisode) {
        add(
            seed: episode.seed,
            success: episode.finished?.success,
            misses: episode.finished?.misses ?? 0
        )
    }

    /// Adds an episode; no `success` means that it could not be run.
    public mutating func add(seed: Int, success: Bool?, misses: Int) {
        episodes += 1
        self.misses += misses
        switch success {
        case true?: successes += 1
        case false?: failedSeeds.append(seed)
        case nil:
            broken += 1
            brokenSeeds.append(seed)
        }
    }
}

extension SweepStore {
    /// What every cell came to, by its row; cells without episodes are absent.
    public func tallies() throws -> [Int: SweepTally] {
        var tallies: [Int: SweepTally] = [:]
        try storage.rows(
            "SELECT cell_id, seed, success, misses FROM episodes ORDER BY cell_id, seed"
        ) { row in
            let success = try row.optionalInteger(2).map { $0 != 0 }
            tallies[try row.integer(0), default: SweepTally()].add(
                seed: try row.integer(1),
                success: success,
                misses: try row.optionalInteger(3) ?? 0
            )
        }
        return tallies
    }

    /// Why episodes broke, most frequent first.
    public func brokenReasons() throws -> [(reason: String, count: Int)] {
        var reasons: [(reason: String, count: Int)] = []
        try storage.rows(
            """
            SELECT broken, count(*) FROM episodes WHERE broken IS NOT NULL
            GROUP BY broken ORDER BY count(*) DESC, broken
            """
        ) { reasons.append((reason: try $0.text(0), count: try $0.integer(1))) }
        return reasons
    }
}
