import ArgumentParser
import Diagnostics
import Runtime

/// What a run must hold to; a broken gate is exit code 1.
struct GateOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Least success rate.", valueName: "r"))
    var minSuccess: Double?

    @Option(help: ArgumentHelp("Largest p99, such as tick=2ms; may repeat.", valueName: "stage=t"))
    var maxP99: [String] = []

    @Option(help: ArgumentHelp("Most control periods lost.", valueName: "n"))
    var maxMisses: Int?

    @Flag(help: "For CI: refuses what is not reproducible; no colour, no progress bar.")
    var ci = false

    /// A bound on one row's p99.
    struct LatencyGate: Equatable {
        var row: LatencyAccount.Row
        var limit: TimeSpan
    }

    /// Reads and checks the gates.
    func parsed() throws(InputError) -> [LatencyGate] {
        if let minSuccess, !(0...1).contains(minSuccess) {
            throw InputError(
                key: "--min-success",
                expected: "a rate from 0 to 1",
                found: "\(minSuccess)"
            )
        }
        var gates: [LatencyGate] = []
        for text in maxP99 {
            let parts = text.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, let limit = LatencyArgument.span(String(parts[1])) else {
                throw InputError(
                    key: "--max-p99",
                    expected: "STAGE=TIME, such as tick=2ms",
                    found: "\"\(text)\""
                )
            }
            guard let row = LatencyAccount.Row(rawValue: String(parts[0])) else {
                throw .unknown(
                    "stage",
                    name: String(parts[0]),
                    known: LatencyAccount.Row.allCases.map(\.rawValue),
                    key: "--max-p99"
                )
            }
            gates.append(LatencyGate(row: row, limit: limit))
        }
        return gates
    }

    /// One line per broken gate.
    func broken(in run: RunResult) throws(InputError) -> [String] {
        var lines: [String] = []
        if let minSuccess, run.successRate < minSuccess {
            lines.append(
                "success \(run.successRate.text(3)) is \((minSuccess - run.successRate).text(3))"
                    + " under --min-success \(minSuccess)"
            )
        }
        for gate in try parsed() {
            let p99 = run.account.summary(of: gate.row).p99
            let over = p99 - gate.limit.microseconds
            if over > 0 {
                lines.append(
                    "\(gate.row.rawValue) p99 \(p99.text(1)) us is \(over.text(1)) us"
                        + " over \(gate.limit.microseconds.text(1)) us"
                )
            }
        }
        if let maxMisses, run.account.missedPeriods > maxMisses {
            lines.append(
                "\(run.account.missedPeriods) misses are"
                    + " \(run.account.missedPeriods - maxMisses) over --max-misses \(maxMisses)"
            )
        }
        return lines
    }
}
