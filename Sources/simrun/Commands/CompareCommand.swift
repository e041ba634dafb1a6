import ArgumentParser
import Diagnostics

/// `simrun compare`: two runs side by side.
struct CompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Compare two runs that simrun task --json has written.",
        discussion: """
            Success is compared over the seeds that both runs have, by McNemar's exact test; by \
            Fisher's where under half of the seeds match. Latency is compared episode by episode: \
            how many have a p99 over the tolerance. --fail-on-loss makes a loss exit code 1, by the \
            same rule as simrun task --baseline.
            """
    )

    @Argument(help: ArgumentHelp("The run to hold against.", valueName: "a.json")) var first: String
    @Argument(help: ArgumentHelp("The run held against it.", valueName: "b.json")) var second:
        String

    @Option(help: ArgumentHelp("How many times as slow counts as equal.", valueName: "times"))
    var tolerance: Double = 1.5

    @Flag(help: "Exit with 1 if the second run is worse.") var failOnLoss = false
    @Flag(help: "Print one JSON object and nothing else.") var json = false

    func run() throws {
        guard (1...1000).contains(tolerance) else {
            throw InputError(
                key: "--tolerance",
                expected: "a factor from 1 to 1000",
                found: "\(tolerance)"
            )
        }
        let runs = (try ComparedRun(path: first), try ComparedRun(path: second))
        let comparison = try RunComparison(runs.0, runs.1, tolerance: tolerance)
        let verdicts = BaselineGate(path: first, tolerance: tolerance).verdicts(comparison)
        let report = ComparisonReport(
            files: [first, second],
            runs: [runs.0, runs.1],
            tolerance: tolerance,
            comparison: comparison,
            isWorse: !verdicts.allSatisfy(\.held)
        )
        if json {
            Console.line(try JSONText.of(report))
        } else {
            report.lines.forEach(Console.line)
        }
        let broken = verdicts.filter { !$0.held }.map(\.detail)
        if failOnLoss, !broken.isEmpty { throw Outcome.gates(broken) }
    }
}
