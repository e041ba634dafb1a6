import Runtime

/// The per-tick latency table that people read.
enum LatencyTable {
    /// The table, one line per stage, in microseconds.
    static func lines(_ account: LatencyAccount, clock: LoopClock) -> [String] {
        let header =
            "stage".left(13)
            + ["p50", "p90", "p99", "p99.9", "max", "mean"].map { $0.right(10) }.joined()
            + "  (us)"
        var lines = [header]
        for row in LatencyAccount.Row.allCases {
            if row == .wakeup, clock != .wall { continue }
            let isRemote = row == .server || row == .network
            if isRemote, account.summary(of: .server).max == 0 { continue }
            lines.append(line(row.rawValue, account.summary(of: row)) + note(row))
        }
        if clock != .lockstep {
            lines.append(line("charge", account.charge))
            lines.append(line("applied", account.applied))
        }
        lines.append(line("obs age", account.observationAge))
        return lines
    }

    /// One tick in words, for a fault's report.
    static func line(_ trace: TickTrace) -> String {
        let stages = Stage.allCases.map { stage in
            "\(stage.rawValue) \(trace.stages[stage].microseconds.text(0)) us"
        }
        return "tick \(trace.tick): " + stages.joined(separator: ", ")
            + (trace.missedPeriods > 0 ? ", \(trace.missedPeriods) periods lost" : "")
    }

    private static func line(_ name: String, _ summary: LatencySummary) -> String {
        let values = [
            summary.p50, summary.p90, summary.p99, summary.p999, summary.max, summary.mean,
        ]
        return name.left(13) + values.map { $0.text(1).right(10) }.joined()
    }

    private static func note(_ row: LatencyAccount.Row) -> String {
        switch row {
        case .infer, .rerank, .plannedTick: "  ticks that plan"
        case .server: "  of infer, in the policy server"
        case .network: "  of infer, on the way there and back"
        case .step: "  the world; never charged"
        case .tick: "  sense + infer + rerank + act"
        default: ""
        }
    }
}
