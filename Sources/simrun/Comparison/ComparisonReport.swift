import Runtime

/// What `simrun compare` prints.
struct ComparisonReport: Encodable {
    var files: [String]
    var runs: [ComparedRun]
    var tolerance: Double
    var comparison: RunComparison
    /// Whether the baseline gate would break.
    var isWorse: Bool

    enum CodingKeys: String, CodingKey {
        case files, tolerance, paired, success, lost, gained, test, p, latency
        case lossP = "loss_p"
        case difference, differenceCI95 = "difference_ci95"
        case latencyNote = "latency_note"
        case isWorse = "worse"
    }

    private struct Row: Encodable {
        var row: String
        var p50Us: [Double]
        var p99Us: [Double]
        var slowerEpisodes: Int
        var episodes: Int
        var p: Double

        enum CodingKeys: String, CodingKey {
            case row, episodes, p
            case p50Us = "p50_us"
            case p99Us = "p99_us"
            case slowerEpisodes = "slower_episodes"
        }
    }

    func encode(to encoder: any Encoder) throws {
        let success = comparison.success
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(files, forKey: .files)
        try container.encode(tolerance, forKey: .tolerance)
        try container.encode(success.isPaired, forKey: .paired)
        try container.encode([success.firstRate, success.secondRate], forKey: .success)
        try container.encode(-success.loss, forKey: .difference)
        try container.encode(differenceCI95, forKey: .differenceCI95)
        try container.encode(success.isPaired ? "mcnemar" : "fisher", forKey: .test)
        try container.encode(success.p, forKey: .p)
        try container.encode(success.lossP, forKey: .lossP)
        try container.encode(success.lost, forKey: .lost)
        try container.encode(success.gained, forKey: .gained)
        try container.encode(comparison.latencyNote, forKey: .latencyNote)
        try container.encode(isWorse, forKey: .isWorse)
        try container.encode(
            comparison.latencies.map {
                Row(
                    row: $0.row,
                    p50Us: [$0.firstP50, $0.secondP50],
                    p99Us: [$0.firstP99, $0.secondP99],
                    slowerEpisodes: $0.slower,
                    episodes: $0.episodes,
                    p: $0.slowerP
                )
            },
            forKey: .latency
        )
    }

    /// The interval of the difference in success, second less first; nil without pairs.
    private var differenceCI95: [Double]? {
        let success = comparison.success
        guard success.isPaired else { return nil }
        let both = success.first.successes - success.lost
        let difference = PairedDifference(
            both: both,
            firstOnly: success.lost,
            secondOnly: success.gained,
            neither: success.first.trials - both - success.lost - success.gained
        )
        return [-difference.upper, -difference.lower]
    }

    /// The lines that people read.
    var lines: [String] {
        let success = comparison.success
        var lines = zip(["A", "B"], zip(files, runs)).map { name, run in
            "\(name)  \(run.0): \(run.1.task), \(run.1.policy), \(run.1.clock),"
                + " latency \(run.1.latency), \(run.1.execute)"
        }
        lines += [
            "",
            "success  A \(Self.rate(success.first))   B \(Self.rate(success.second))"
                + "   difference \((-success.loss).signed)"
                + (differenceCI95.map { "  (95 % \($0[0].signed) to \($0[1].signed))" } ?? ""),
            success.isPaired
                ? "  paired by seed: lost \(success.lost), gained \(success.gained);"
                    + " McNemar's exact p \(success.p.scientific), for a loss"
                    + " \(success.lossP.scientific)"
                : "  other seeds: Fisher's exact p \(success.p.scientific), for a loss"
                    + " \(success.lossP.scientific)",
        ]
        if let note = comparison.latencyNote { lines += ["", "latency not compared: \(note)"] }
        if !comparison.latencies.isEmpty {
            let columns = ["p50 A", "p50 B", "p99 A", "p99 B"].map { $0.right(11) }.joined()
            lines += [
                "",
                "latency (us)".left(14) + columns + "   episodes over \(tolerance.short) times",
            ]
        }
        for row in comparison.latencies {
            lines.append(
                row.row.left(14)
                    + [row.firstP50, row.secondP50, row.firstP99, row.secondP99]
                    .map { $0.text(1).right(11) }.joined()
                    + "   \(row.slower)/\(row.episodes), p \(row.slowerP.scientific)"
            )
        }
        return lines + ["", isWorse ? "B is worse than A" : "no loss that the gate would see"]
    }

    private static func rate(_ counts: (successes: Int, trials: Int)) -> String {
        let interval = WilsonInterval(successes: counts.successes, trials: counts.trials)
        let rate = Double(counts.successes) / Double(counts.trials)
        return "\(counts.successes)/\(counts.trials) = \(rate.text(3))"
            + " (\(interval.lower.text(3)) to \(interval.upper.text(3)))"
    }
}

extension Double {
    /// Three decimals with the sign.
    fileprivate var signed: String { (self < 0 ? "" : "+") + text(3) }
}
