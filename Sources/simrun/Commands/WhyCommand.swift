import ArgumentParser
import Diagnostics
import Recording

/// `simrun why`: what would have saved a failed episode.
struct WhyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "why",
        abstract:
            "Re-run a failed episode with one thing changed, and say what would have saved it.",
        discussion: """
            Runs the recorded episode again without any latency; with a usual delay in place of each \
            plan that outlasted its control period; with other noise for the policy; and with the \
            scripted expert acting from a tick on, whose last saving tick is found by bisection. A \
            failure that zero latency or one usual delay cures is of latency; one that acting \
            otherwise cures, of the policy; any other, of physics. A recording of the wall clock is \
            re-run on the charged one with the times that its stages took.
            """
    )

    @Argument(help: ArgumentHelp("A recording of simrun task --record.", valueName: "file.mcap"))
    var file: String

    @Option(help: "Overruns that are taken away one by one, the longest first.")
    var overruns: Int = 16

    @Option(help: "Other draws of the policy's noise.")
    var draws: Int = 8

    @Flag(help: "Print one JSON object and nothing else.") var json = false

    func run() throws {
        guard (0...1000).contains(overruns), (0...1000).contains(draws) else {
            throw InputError(
                key: "--overruns, --draws",
                expected: "0 to 1000",
                found: "\(overruns) and \(draws)"
            )
        }
        Interrupt.listen()
        var diagnosis = try FailureDiagnosis(
            RecordedEpisode(path: file),
            effort: FailureDiagnosis.Effort(overruns: overruns, draws: draws)
        )
        try diagnosis.run()
        let report = DiagnosisReport(diagnosis: diagnosis)
        if json {
            Console.line(try JSONText.of(report))
        } else {
            report.lines.forEach(Console.line)
        }
    }
}
