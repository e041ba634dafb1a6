import ArgumentParser
import Diagnostics
import Foundation
import Runtime

/// `simrun clocks`: the same episodes in worlds that wait and worlds that do not.
struct ClocksCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clocks",
        abstract: "The same episodes in a world that waits and in worlds that do not.",
        discussion: """
            Runs one row per world: lockstep, where the world waits for the policy; charged with \
            what the policy takes on this machine; and charged with the latency that a paper \
            published for a larger policy. With --video, each row's first episode is filmed in \
            its own time.
            """
    )

    @OptionGroup var evaluation: EvaluationOptions

    @Option(help: "Episodes in each world.")
    var episodes: Int = 10

    @Option(help: "How chunks are executed; the policy's own way by default.")
    var execute: String?

    @Option(help: "Speed of the target in metres per second; the task's own by default.")
    var targetSpeed: Double?

    @Option(
        help: ArgumentHelp(
            "Worlds: lockstep, measured, free, times, trace:FILE.",
            valueName: "list"
        )
    )
    var worlds: String?

    @Option(help: ArgumentHelp("Film each world's first episode there.", valueName: "dir"))
    var video: String?

    @Flag(help: "Print one JSON object on standard output and nothing else.")
    var json = false

    func run() throws {
        Interrupt.listen()
        let published = "trace:" + PublishedLatency.folder + "/dp3.trace"
        let worlds =
            try worlds?.split(separator: ",", omittingEmptySubsequences: false)
            .map { try World(argument: String($0)) }
            ?? [
                World(argument: "lockstep"), World(argument: "measured"),
                World(argument: published),
            ]
        let plans = try worlds.map { world in
            try evaluation.plan(episodes: episodes, world.flags + loopFlags)
        }
        evaluation.warnOfTrainingSeeds(episodes: episodes)
        let folder = filmFolder()
        var rows: [ClockRow] = []
        for (world, plan) in zip(worlds, plans) {
            let film = folder.map { "\($0)/\(world.name)" }
            guard let run = try Self.run(plan, film: film) else {
                throw Outcome.interrupted("\(rows.count) of \(worlds.count) worlds are finished")
            }
            rows.append(ClockRow(world: world, plan: plan, run: run, film: film))
        }
        try show(rows, plan: plans[0])
    }

    private var loopFlags: [String] {
        (execute.map { ["--execute=\($0)"] } ?? [])
            + (targetSpeed.map { ["--target-speed=\($0)"] } ?? [])
    }

    /// The folder of videos; nil where none is asked for or ffmpeg is missing, which it says.
    private func filmFolder() -> String? {
        guard let video else { return nil }
        let places = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let isThere = places.split(separator: ":").contains {
            FileManager.default.isExecutableFile(atPath: $0 + "/ffmpeg")
        }
        if isThere { return video }
        Console.errorText("simrun: warning: no videos, for there is no ffmpeg program on PATH")
        return nil
    }

    /// All episodes, the first one filmed; nil when the user interrupted.
    private static func run(_ plan: RunPlan, film: String?) throws -> RunResult? {
        guard let film else {
            let run = try EpisodeRunner(plan: plan).run()
            return run.wasInterrupted ? nil : run
        }
        var first = plan
        first.options.episodes = 1
        first.options.video = film
        var run = try EpisodeRunner(plan: first).run()
        if plan.options.episodes > 1, !run.wasInterrupted {
            var others = plan
            others.options.seed += 1
            others.options.episodes -= 1
            run.append(try EpisodeRunner(plan: others).run())
        }
        return run.wasInterrupted ? nil : run
    }

    private func show(_ rows: [ClockRow], plan: RunPlan) throws {
        let report = ClockReport(plan: plan, rows: rows)
        if json { return Console.line(try JSONText.of(report)) }
        report.lines.forEach(Console.line)
    }
}

extension RunResult {
    /// Adds a run of the seeds that follow.
    fileprivate mutating func append(_ other: RunResult) {
        episodes += other.episodes
        account.add(other.account)
        wallSeconds += other.wallSeconds
        wasInterrupted = wasInterrupted || other.wasInterrupted
    }
}
