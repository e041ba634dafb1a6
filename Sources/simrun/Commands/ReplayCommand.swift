import ArgumentParser
import Diagnostics
import Recording
import Runtime

/// `simrun replay`: what a recording holds, and whether a re-run gives the same.
struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Show what a recording holds; --check or --view runs its episode again.",
        discussion: """
            --check compares every message bit for bit, but for times that were measured: of \
            lockstep by itself, of the charged clock under the recorded delays. Of the wall clock the \
            world is run again under the recorded commands, and its true state compared. Exit code 1 \
            names the first tick and field that differ.

            --view shows the episode in a window, in real time, and compares as --check does: what was \
            seen is what was recorded, or the difference is named.
            """
    )

    @Argument(help: ArgumentHelp("A recording of simrun task --record.", valueName: "file.mcap"))
    var file: String

    @Flag(help: "Run the episode again and compare.") var check = false
    @Flag(help: "Run the episode again in a window (not of the wall clock), and compare.")
    var view = false
    @Flag(help: "Print one JSON object and nothing else.") var json = false

    func run() throws {
        let recording = try RecordedEpisode(path: file)
        var report = ReplayReport(recording)
        if check || view {
            let replay = try EpisodeReplay(recording)
            report.changed = RecordingHeader.changes(in: replay.plan, since: recording)
            report.check = try view ? show(replay) : replay.check()
        }
        if json {
            Console.line(try JSONText.of(report))
        } else {
            report.lines.forEach(Console.line)
        }
        if let check = report.check, !check.holds {
            throw Outcome.gates([report.verdict(check)])
        }
    }

    /// Runs the episode in a window, which asks for the end as Ctrl-C does.
    private func show(_ replay: EpisodeReplay) throws -> EpisodeReplay.Check {
        guard !replay.isOfWallClock else {
            throw InputError(
                file: file,
                key: "--view",
                expected:
                    "a recording of lockstep or the charged clock, which run again as they were",
                found: "one of the wall clock"
            )
        }
        Interrupt.listen()
        var plan = replay.plan
        plan.options.view = true
        return try replay.check(view: RunView(plan: plan))
    }
}
