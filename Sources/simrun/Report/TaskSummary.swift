import Robots
import Runtime
import Tasks

/// What `simrun task` prints for people.
enum TaskSummary {
    /// The lines of the summary.
    static func lines(plan: RunPlan, run: RunResult) -> [String] {
        lines(RunHeading(plan), run: run)
    }

    /// The same of any run.
    static func lines(_ heading: RunHeading, run: RunResult) -> [String] {
        let configuration = heading.configuration
        let interval = run.interval
        var lines = [
            "\(heading.task) on \(heading.robot), policy \(heading.policy)",
            "clock \(configuration.clock.rawValue), latency \(heading.latency),"
                + " execute \(configuration.execution),"
                + " control \(configuration.rate.hertz.text(1)) Hz,"
                + " policy \(configuration.policyHertz.text(1)) Hz,"
                + " physics \(configuration.rate.physicsHertz.text(0)) Hz",
            "",
        ]
        lines += run.episodes.prefix(20).map { episodeLine($0, heading.tellsInstruction) }
        if run.episodes.count > 20 { lines.append("  … \(run.episodes.count - 20) more") }
        lines += [
            "",
            "success \(run.successes)/\(run.episodes.count) = \(run.successRate.text(3))"
                + "  (95 % \(interval.lower.text(3)) to \(interval.upper.text(3)))",
        ]
        if heading.isJudgedAtEnd {
            let once = run.episodes.count { $0.result.status.heldOnce }
            lines.append("  judged at the end; held at least once in \(once)")
        }
        for (cause, count) in run.causes { lines.append("  failed: \(cause)  \(count)") }
        lines += [
            "ticks \(run.account.ticks), deadline misses \(run.account.missedPeriods),"
                + " effective rate \(run.effectiveRate.text(1)) Hz,"
                + " wall time \(run.wallSeconds.text(1)) s"
        ]
        if run.account.starvedTicks > 0 {
            lines.append("ticks without an action, for want of a plan: \(run.account.starvedTicks)")
        }
        if let reranking = heading.reranking { lines.append(choices(reranking, run)) }
        if configuration.clock == .wall {
            lines.append(
                "ticks in which the host took time: \(run.account.stolenTicks),"
                    + " with \(run.account.stolenMisses) of the misses"
            )
        }
        if let file = run.episodes.compactMap(\.recording?.file).first {
            lines.append(
                "recorded \(run.episodes.count) episodes, the first as \(file)"
                    + (run.dropped > 0 ? "; \(run.dropped) messages found no room" : "")
            )
        }
        lines.append("")
        return lines + LatencyTable.lines(run.account, clock: configuration.clock)
    }

    private static func choices(_ reranking: Reranking, _ run: RunResult) -> String {
        let choices = run.account.choices
        return "plans chosen by \(reranking.name) among"
            + " \(choices.meanCandidates.text(1)) candidates on average"
            + (choices.dropped > 0
                ? "; \(choices.dropped) had no value, in \(choices.fallbacks) plans none" : "")
    }

    private static func episodeLine(
        _ episode: RunResult.Episode,
        _ tellsInstruction: Bool
    ) -> String {
        let result = episode.result
        let outcome =
            if let succeeded = result.status.succeededAt {
                "success at \(succeeded.seconds.text(2)) s"
            } else {
                "failed (\(episode.cause ?? result.endReason.rawValue))"
            }
        return "  seed \(String(result.seed).right(4))  \(outcome.left(34))"
            + " \(String(result.ticks).right(4)) ticks, \(result.misses) missed"
            + (tellsInstruction ? "  \(episode.instruction ?? "")" : "")
    }
}
