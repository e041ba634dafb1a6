import Diagnostics
import Foundation
import Runtime

/// A run in GitHub-flavoured Markdown: what a pull request shows.
struct MarkdownSummary {
    let report: TaskReport
    let run: RunResult
    let verdicts: [GateVerdict]

    var text: String {
        let broken = verdicts.count { !$0.held }
        var lines = [
            "### simrun \(Self.cell(report.task)): "
                + (broken == 0 ? "gates held" : "\(broken) of \(verdicts.count) gates broken"),
            "",
            "Policy `\(report.policy)`, clock `\(report.clock)`, latency `\(report.latency)`,"
                + " execute `\(report.execute)`, \(report.rateHz.short) Hz."
                + " Success **\(run.successes)/\(run.episodes.count) = \(run.successRate.text(3))**"
                + " (95 % \(run.interval.lower.text(3)) to \(run.interval.upper.text(3))).",
            "",
        ]
        if !verdicts.isEmpty { lines += gates + [""] }
        lines += latencies + [""]
        if !run.causes.isEmpty { lines += failures + [""] }
        lines += [
            "```sh", CommandText.line(report.argv), "```", "",
            "\(Self.cell(report.host.cpu)), simrun \(report.version)", "",
        ]
        return lines.joined(separator: "\n")
    }

    private var gates: [String] {
        ["| gate | | |", "|---|---|---|"]
            + verdicts.map {
                "| `\($0.name)` | \($0.held ? "held" : "**broken**") | \(Self.cell($0.detail)) |"
            }
    }

    private var latencies: [String] {
        var lines = ["| us | p50 | p90 | p99 | max |", "|---|--:|--:|--:|--:|"]
        for row in LatencyAccount.Row.allCases where row != .wakeup || report.clock == "wall" {
            lines.append(Self.line(row.rawValue, run.account.summary(of: row)))
        }
        if report.clock != "lockstep" { lines.append(Self.line("charge", run.account.charge)) }
        return lines + ["", "\(report.deadlineMisses) periods lost in \(report.ticks) ticks."]
    }

    private static func line(_ name: String, _ summary: LatencySummary) -> String {
        "| \(name) | \(summary.p50.text(1)) | \(summary.p90.text(1)) | \(summary.p99.text(1))"
            + " | \(summary.max.text(1)) |"
    }

    private var failures: [String] {
        let most = 20
        let failed = run.episodes.filter { !$0.result.success }
        var lines = ["| failed seed | cause |", "|--:|---|"]
        for episode in failed.prefix(most) {
            lines.append("| \(episode.result.seed) | \(Self.cell(episode.cause ?? "")) |")
        }
        if failed.count > most { lines += ["", "and \(failed.count - most) more."] }
        return lines
    }

    /// Text that cannot end its cell or start markup.
    private static func cell(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).joined(separator: " ")
            .replacing("|", with: "\\|").replacing("<", with: "&lt;")
    }

    /// Appends the summary to the file that GitHub shows, in one piece; the runner made it.
    func append(to path: String) throws(InputError) {
        guard let handle = FileHandle(forWritingAtPath: path) else {
            throw InputError(
                file: path,
                key: "GITHUB_STEP_SUMMARY",
                expected: "a file that can be written",
                found: "none"
            )
        }
        do {
            try handle.seekToEnd()
            try handle.write(contentsOf: Data((text + "\n").utf8))
            try handle.close()
        } catch {
            throw InputError(
                file: path,
                key: "GITHUB_STEP_SUMMARY",
                expected: "a file that can be written",
                found: error.localizedDescription
            )
        }
    }
}
