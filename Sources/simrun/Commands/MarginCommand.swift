import ArgumentParser
import Diagnostics
import Foundation
import Runtime

/// `simrun margin`: a phase margin for policies.
struct MarginCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "margin",
        abstract: "The largest delay a policy tolerates, over its own.",
        discussion: """
            Finds the largest charged delay that keeps success within 5 points of success at zero \
            delay, and prints it over the p99 of the policy's own ticks that plan.

            Success need not fall steadily with the delay: the delay is doubled first, and then \
            the gap in which the 5 points are crossed for the first time is halved down to the \
            resolution. What is printed held at every delay that was tried up to there.

            All delays use the same seeds. The loss at each has Newcombe's paired 95 % interval. \
            The delay's interval goes from the largest delay up to which the loss is surely \
            within 5 points to the smallest at which it surely is not; few episodes make it wide.
            """
    )

    /// How much success a tolerated delay may cost.
    private static let tolerance = 0.05
    /// Episodes that measure the policy's own ticks.
    private static let timedEpisodes = 20

    @OptionGroup var evaluation: EvaluationOptions

    @Option(help: "How chunks are executed; the policy's own way by default.")
    var execute: String?

    @Option(help: "Speed of the target in metres per second; the task's own by default.")
    var targetSpeed: Double?

    @Option(help: "Episodes at each delay.")
    var episodes: Int = 100

    @Option(help: ArgumentHelp("The largest delay to try.", valueName: "time"))
    var max: String = "1s"

    @Option(
        help: ArgumentHelp(
            "How finely to search; 2 ms, or the physics timestep where that is longer.",
            valueName: "time"
        )
    )
    var resolution: String?

    @Option(
        name: .customLong("p99"),
        help: ArgumentHelp(
            "The policy's own p99, measured elsewhere; measured here by default.",
            valueName: "time"
        )
    )
    var givenP99: String?

    @Option(help: ArgumentHelp("Gate: the least margin.", valueName: "r"))
    var minMargin: Double?

    @OptionGroup var jobs: JobsOption

    @Flag(help: "Print one JSON object on standard output and nothing else.")
    var json = false

    func run() throws {
        Interrupt.listen()
        let jobs = try jobs.count()
        let longest = try Self.span(max, key: "--max")
        let step = try resolution.map { text throws(InputError) in
            try Self.span(text, key: "--resolution")
        }
        let given = try givenP99.map { text throws(InputError) in
            try Self.span(text, key: "--p99")
        }
        if let minMargin, !(minMargin >= 0 && minMargin.isFinite) {
            throw InputError(
                key: "--min-margin",
                expected: "a ratio from 0",
                found: "\(minMargin)"
            )
        }
        let plan = try evaluation.plan(episodes: episodes, ["--latency", "free"] + planFlags)
        let steps = try DelaySteps(asked: step, longest: longest, rate: plan.configuration.rate)
        evaluation.warnOfTrainingSeeds(episodes: episodes)
        let search = try MarginMeasurement(plan: plan, steps: steps, jobs: jobs).run(
            tolerance: Self.tolerance
        )
        let p99 = try given?.printedMilliseconds ?? ownP99(plan)
        let report = search.report(
            plan: plan,
            steps: steps,
            p99Ms: p99,
            source: given == nil ? .measured : .given
        )
        try show(report)
        try checkGate(report)
    }

    private var planFlags: [String] {
        (execute.map { ["--execute=\($0)"] } ?? [])
            + (targetSpeed.map { ["--target-speed=\($0)"] } ?? [])
    }

    /// The p99 of ticks that plan, in milliseconds, in a short run with nothing beside it.
    private func ownP99(_ plan: RunPlan) throws -> Double {
        var alone = plan
        alone.configuration.latency = .measured
        alone.options.episodes = min(episodes, Self.timedEpisodes)
        alone.options.jobs = 1
        let run = try EpisodeRunner(plan: alone).run()
        guard !run.wasInterrupted else { throw Outcome.interrupted("nothing was measured") }
        return run.account.summary(of: .plannedTick).p99 * 1e-3
    }

    private func show(_ report: MarginReport) throws {
        if report.successAtZero <= Self.tolerance {
            Console.errorText(
                "simrun: warning: success at zero delay is \(report.successAtZero.text(3)):"
                    + " there are no 5 points to lose, and the margin is 0"
            )
        }
        if json { return Console.line(try JSONText.of(report)) }
        report.lines.forEach(Console.line)
    }

    private func checkGate(_ report: MarginReport) throws {
        guard let minMargin, report.margin < minMargin else { return }
        throw Outcome.gates([
            "margin \(report.margin.text(2)) is \((minMargin - report.margin).text(2))"
                + " under --min-margin \(minMargin)"
        ])
    }

    private static func span(_ text: String, key: String) throws(InputError) -> TimeSpan {
        guard let span = LatencyArgument.span(text), span > .zero else {
            throw InputError(
                key: key,
                expected: "a time over 0 and up to an hour, such as 2ms",
                found: "\"\(text.prefix(64))\""
            )
        }
        return span
    }
}
