import ArgumentParser
import Diagnostics
import Foundation
import Runtime

/// `simrun latency`: success over delays, strategies and speeds.
struct LatencyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "latency",
        abstract: "Success over a grid of latencies, strategies and speeds.",
        discussion: """
            Each plan is charged a fixed delay on the charged clock, so the same command gives the \
            same table whatever else the machine does. All cells use the same seeds, so they \
            compare in pairs. With --out, finished cells are kept, and a second run of the same \
            command goes on where the first one stopped.
            """
    )

    @OptionGroup var evaluation: EvaluationOptions

    @Option(
        help: ArgumentHelp(
            "Delays; the last one's unit is that of all without one.",
            valueName: "list"
        )
    )
    var latencies: String = "0,25,50,100,200,300ms"

    @Option(
        help: ArgumentHelp(
            "Strategies, such as replan,chunk:4; every one by default.",
            valueName: "list"
        )
    )
    var execute: String?

    @Option(
        help: ArgumentHelp(
            "Speeds of the target in metres per second; the task's own by default.",
            valueName: "list"
        )
    )
    var targetSpeeds: String?

    @Option(help: "Episodes in each cell.")
    var episodes: Int = 100

    @OptionGroup var jobs: JobsOption

    @Option(help: ArgumentHelp("Keep finished cells there, and go on from it.", valueName: "file"))
    var out: String?

    @Option(help: ArgumentHelp("Draw success against latency.", valueName: "file"))
    var svg: String?

    @Flag(help: "Print one JSON object on standard output and nothing else.")
    var json = false

    func run() throws {
        Interrupt.listen()
        let delays = try GridArguments.latencies(latencies)
        let speeds = try targetSpeeds.map(GridArguments.speeds) ?? []
        let jobs = try jobs.count()
        if let svg { try WholeFile.check(svg) }
        let plan = try evaluation.plan(episodes: episodes, ["--latency", "free"])
        let grid = try LatencyGrid(
            plan: plan,
            latencies: delays,
            strategies: GridArguments.strategies(execute, horizon: plan.horizon),
            speeds: speeds
        )
        var file = try out.map { path throws(InputError) in
            try LatencyReportFile(path: path, plan: plan)
        }
        evaluation.warnOfTrainingSeeds(episodes: episodes)
        announce(file, grid)
        let rows = try grid.run(known: file?.rows ?? [], jobs: jobs) { row in
            try file?.add(row)
        }
        try print(LatencyReport(plan: plan, rows: rows))
        guard rows.count == grid.count else {
            throw Outcome.interrupted(
                "\(rows.count) of \(grid.count) cells are finished"
                    + (out.map { " and kept in \($0); the same command goes on" } ?? "")
            )
        }
    }

    /// Says what an earlier run has left.
    private func announce(_ file: LatencyReportFile?, _ grid: LatencyGrid) {
        guard let file else { return }
        if file.stale > 0 {
            Console.errorText(
                "simrun: warning: \(file.stale) rows in \(file.path) rest on another version of"
                    + " the task, robot or policy and are replaced"
            )
        }
        let known = grid.countKnown(in: file.rows)
        if known > 0 {
            Console.errorText("\(known) of \(grid.count) cells are in \(file.path) already")
        }
    }

    private func print(_ report: LatencyReport) throws {
        if json {
            Console.line(try JSONText.of(report))
        } else {
            LatencyGridTable.lines(report).forEach(Console.line)
        }
        if let svg, !report.rows.isEmpty {
            let marks = try PublishedLatency.all()
            try WholeFile.write(LatencyPlot(report: report, marks: marks).svg, to: svg)
        }
    }
}
