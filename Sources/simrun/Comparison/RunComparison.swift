import Diagnostics

/// Two runs of one task side by side: success by an exact test, latency episode by episode.
///
/// Where the runs share their seeds, episodes are paired by them. Each answer is one-sided, for a
/// loss, beside the two-sided one that people read.
struct RunComparison {
    /// How success compares.
    struct Success {
        /// Whether episodes were paired by seed.
        var isPaired: Bool
        /// Pairs, or all episodes of each side.
        var first: (successes: Int, trials: Int)
        var second: (successes: Int, trials: Int)
        /// Pairs in which one side alone succeeded; 0 without pairs.
        var lost = 0
        var gained = 0
        /// The chance of at least such a loss, were both alike.
        var lossP: Double
        /// The chance of at least such a difference.
        var p: Double

        var firstRate: Double { Double(first.successes) / Double(first.trials) }
        var secondRate: Double { Double(second.successes) / Double(second.trials) }
        /// How much of success is lost.
        var loss: Double { firstRate - secondRate }
    }

    /// How one latency compares.
    struct Latency {
        /// `tick`, `tick_planned` or `charge`.
        var row: String
        /// The 99th percentiles of the whole runs, in microseconds.
        var firstP99: Double
        var secondP99: Double
        /// Medians in microseconds.
        var firstP50: Double
        var secondP50: Double
        /// Episodes whose p99 is over the tolerance, and how many were compared.
        var slower: Int
        var episodes: Int
        /// The chance of at least so many, were no more than half of episodes beyond the tolerance.
        var slowerP: Double
    }

    /// The rows that are compared, where both runs have them.
    static let rows = ["tick", "tick_planned", "charge"]

    var success: Success
    var latencies: [Latency]
    /// What makes latencies incomparable; nil when they are compared.
    var latencyNote: String?

    /// - Parameters:
    ///   - first: The run to hold against.
    ///   - second: The run that is held against it.
    ///   - tolerance: How many times as slow still counts as equal.
    /// - Throws: ``InputError`` for runs of two tasks.
    init(_ first: ComparedRun, _ second: ComparedRun, tolerance: Double) throws(InputError) {
        guard first.task == second.task else {
            throw InputError(
                key: "task",
                expected: "two runs of one task",
                found: "\(first.task) and \(second.task)"
            )
        }
        let pairs = Self.pairs(first, second)
        success = Self.success(first, second, pairs: pairs)
        latencies = []
        // What is charged does not depend on the machine.
        let isSameMachine = first.host.cpu == second.host.cpu
        latencyNote =
            isSameMachine ? nil : "measured on \(first.host.cpu) and \(second.host.cpu)"
        for row in Self.rows where isSameMachine || row == "charge" {
            guard
                let latency = Self.latency(row, first, second, pairs: pairs, tolerance: tolerance)
            else { continue }
            latencies.append(latency)
        }
    }

    /// Indices of the episodes with equal seeds; empty when under half of the smaller run has them.
    private static func pairs(_ first: ComparedRun, _ second: ComparedRun) -> [(Int, Int)] {
        var places: [UInt64: Int] = [:]
        for (index, episode) in first.episodes.enumerated() { places[episode.seed] = index }
        let pairs = second.episodes.enumerated().compactMap { index, episode in
            places[episode.seed].map { ($0, index) }
        }
        let smaller = min(first.episodes.count, second.episodes.count)
        return pairs.count * 2 >= smaller ? pairs : []
    }

    private static func success(
        _ first: ComparedRun,
        _ second: ComparedRun,
        pairs: [(Int, Int)]
    ) -> Success {
        guard !pairs.isEmpty else {
            let a = (successes: first.successes, trials: first.episodes.count)
            let b = (successes: second.successes, trials: second.episodes.count)
            return Success(
                isPaired: false,
                first: a,
                second: b,
                lossP: ExactTest.fisherLoss(first: a, second: b),
                p: ExactTest.fisher(first: a, second: b)
            )
        }
        let outcomes = pairs.map { (first.episodes[$0].success, second.episodes[$1].success) }
        let lost = outcomes.count { $0 && !$1 }
        let gained = outcomes.count { !$0 && $1 }
        return Success(
            isPaired: true,
            first: (outcomes.count(where: \.0), outcomes.count),
            second: (outcomes.count(where: \.1), outcomes.count),
            lost: lost,
            gained: gained,
            lossP: ExactTest.mcNemarLoss(lost: lost, gained: gained),
            p: ExactTest.mcNemar(lost: lost, gained: gained)
        )
    }

    /// Nil where a run has no such row, or none of its episodes took any time in it.
    private static func latency(
        _ row: String,
        _ first: ComparedRun,
        _ second: ComparedRun,
        pairs: [(Int, Int)],
        tolerance: Double
    ) -> Latency? {
        guard let before = first.episodeP99Us?[row], let now = second.episodeP99Us?[row],
            let whole = first.summary(row), let wholeNow = second.summary(row),
            before.contains(where: { $0 > 0 }) || now.contains(where: { $0 > 0 })
        else { return nil }
        var latency = Latency(
            row: row,
            firstP99: whole.p99,
            secondP99: wholeNow.p99,
            firstP50: whole.p50,
            secondP50: wholeNow.p50,
            slower: 0,
            episodes: 0,
            slowerP: 1
        )
        if pairs.isEmpty {
            // Without pairs: which share of each side lies above the median of both.
            let scaled = before.map { $0 * tolerance }
            let all = (scaled + now).sorted()
            let median = all[(all.count - 1) / 2]
            latency.slower = now.count { $0 > median }
            latency.episodes = now.count
            latency.slowerP = ExactTest.fisherLoss(
                first: (now.count { $0 > median }, now.count),
                second: (scaled.count { $0 > median }, scaled.count)
            )
        } else {
            latency.slower = pairs.count { now[$1] > before[$0] * tolerance }
            latency.episodes = pairs.count
            latency.slowerP = ExactTest.binomialTail(atLeast: latency.slower, of: pairs.count)
        }
        return latency
    }
}

extension ComparedRun {
    /// A row over the whole run.
    fileprivate func summary(_ row: String) -> Summary? {
        row == "charge" ? chargeUs : latencyUs[row]
    }
}
