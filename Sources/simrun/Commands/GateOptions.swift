import ArgumentParser
import Diagnostics
import Foundation
import Runtime

/// What a run must hold to; a broken gate is exit code 1.
struct GateOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Least success rate.", valueName: "r"))
    var minSuccess: Double?

    @Option(
        help: ArgumentHelp(
            "Largest p99 of a row of the latency table, such as tick=2ms or charge=40ms; may repeat.",
            valueName: "stage=t"
        )
    )
    var maxP99: [String] = []

    @Option(help: ArgumentHelp("Most control periods lost.", valueName: "n"))
    var maxMisses: Int?

    @Option(
        help: ArgumentHelp(
            "An earlier run's --json: success must not be worse by an exact test, nor p99 slower.",
            valueName: "file.json"
        )
    )
    var baseline: String?

    @Option(
        help: ArgumentHelp(
            "Beside --baseline: how many times as slow a p99 may be.",
            valueName: "times"
        )
    )
    var baselineTolerance: Double = 1.5

    @Option(help: ArgumentHelp("Write a JUnit report of episodes and gates.", valueName: "file"))
    var junit: String?

    @Option(
        help: ArgumentHelp(
            "Write a summary in GitHub's Markdown; with --ci, $GITHUB_STEP_SUMMARY gets it too.",
            valueName: "file"
        )
    )
    var summary: String?

    @Flag(help: "For CI: refuses what is not reproducible; no colour, no progress bar.")
    var ci = false

    /// A bound on one row's p99.
    struct LatencyGate: Equatable {
        /// A row of the latency table.
        enum Row: Equatable {
            case stage(LatencyAccount.Row)
            case charge

            var name: String {
                switch self {
                case .stage(let row): row.rawValue
                case .charge: "charge"
                }
            }
        }

        var row: Row
        var limit: TimeSpan
    }

    /// Reads and checks the gates, before any work.
    func parsed() throws(InputError) -> [LatencyGate] {
        if let minSuccess, !(0...1).contains(minSuccess) {
            throw InputError(
                key: "--min-success",
                expected: "a rate from 0 to 1",
                found: "\(minSuccess)"
            )
        }
        if let maxMisses, maxMisses < 0 {
            throw InputError(key: "--max-misses", expected: "0 or more", found: "\(maxMisses)")
        }
        guard (1...1000).contains(baselineTolerance) else {
            throw InputError(
                key: "--baseline-tolerance",
                expected: "a factor from 1 to 1000",
                found: "\(baselineTolerance)"
            )
        }
        if let baseline { _ = try ComparedRun(path: baseline) }
        for file in [junit, summary].compactMap(\.self) { try WholeFile.check(file) }
        var gates: [LatencyGate] = []
        for text in maxP99 { gates.append(try Self.gate(text)) }
        return gates
    }

    private static func gate(_ text: String) throws(InputError) -> LatencyGate {
        let parts = text.split(separator: "=", maxSplits: 1)
        guard parts.count == 2, let limit = LatencyArgument.span(String(parts[1])) else {
            throw InputError(
                key: "--max-p99",
                expected: "STAGE=TIME, such as tick=2ms",
                found: "\"\(text)\""
            )
        }
        let name = String(parts[0])
        if name == "charge" { return LatencyGate(row: .charge, limit: limit) }
        guard let row = LatencyAccount.Row(rawValue: name) else {
            throw .unknown(
                "stage",
                name: name,
                known: LatencyAccount.Row.allCases.map(\.rawValue) + ["charge"],
                key: "--max-p99"
            )
        }
        return LatencyGate(row: .stage(row), limit: limit)
    }

    /// Every gate that was asked for, with how it went.
    ///
    /// - Parameter report: The run's JSON, made only where a baseline needs it.
    func verdicts(on run: RunResult, report: () throws -> TaskReport) throws -> [GateVerdict] {
        var verdicts: [GateVerdict] = []
        if let minSuccess { verdicts.append(Self.success(run, least: minSuccess)) }
        for gate in try parsed() { verdicts.append(Self.latency(run.account, gate)) }
        if let maxMisses {
            verdicts.append(Self.misses(run.account.missedPeriods, most: maxMisses))
        }
        if let baseline {
            let gate = BaselineGate(path: baseline, tolerance: baselineTolerance)
            verdicts += try gate.verdicts(on: report())
        }
        return verdicts
    }

    private static func success(_ run: RunResult, least: Double) -> GateVerdict {
        let rate = run.successRate
        return GateVerdict(
            name: "--min-success \(least)",
            held: rate >= least,
            detail: rate >= least
                ? "success \(rate.text(3)) is at least \(least)"
                : "success \(rate.text(3)) is \((least - rate).text(3)) under"
                    + " --min-success \(least)",
            judgesSuccess: true
        )
    }

    private static func latency(_ account: LatencyAccount, _ gate: LatencyGate) -> GateVerdict {
        let p99 =
            switch gate.row {
            case .stage(let row): account.summary(of: row).p99
            case .charge: account.charge.p99
            }
        let limit = gate.limit.microseconds
        return GateVerdict(
            name: "--max-p99 \(gate.row.name)=\(limit.short)us",
            held: p99 <= limit,
            detail: p99 <= limit
                ? "\(gate.row.name) p99 \(p99.text(1)) us is within \(limit.text(1)) us"
                : "\(gate.row.name) p99 \(p99.text(1)) us is \((p99 - limit).text(1)) us"
                    + " over \(limit.text(1)) us"
        )
    }

    private static func misses(_ misses: Int, most: Int) -> GateVerdict {
        GateVerdict(
            name: "--max-misses \(most)",
            held: misses <= most,
            detail: misses <= most
                ? "\(misses) misses are within --max-misses \(most)"
                : "\(misses) misses are \(misses - most) over --max-misses \(most)"
        )
    }
}

extension GateOptions {
    /// Writes what CI systems read, whether gates held or not.
    func write(_ verdicts: [GateVerdict], run: RunResult, report: TaskReport) throws {
        if let file = junit {
            let junit = JUnitReport(task: report.task, run: run, verdicts: verdicts)
            try WholeFile.write(junit.text, to: file)
        }
        let text = MarkdownSummary(report: report, run: run, verdicts: verdicts)
        if let file = summary { try WholeFile.write(text.text, to: file) }
        let shown = ProcessInfo.processInfo.environment["GITHUB_STEP_SUMMARY"] ?? ""
        if ci, !shown.isEmpty { try text.append(to: shown) }
    }
}
