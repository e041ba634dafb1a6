import Diagnostics
import Robots
import Runtime
import Tasks

/// Runs the episodes of a margin: zero delay first, then what the search asks for.
struct MarginMeasurement {
    let plan: RunPlan
    let steps: DelaySteps
    let jobs: Int

    /// What a search came to.
    struct Finding {
        var search: DelaySearch
        /// Episodes by steps of delay; 0 steps among them.
        var episodes: [Int: [RunResult.Episode]]
    }

    /// Searches for the delay that costs `tolerance` of success.
    ///
    /// - Throws: ``Outcome/interrupted(_:)`` when the user stops it, and faults of episodes.
    func run(tolerance: Double) throws -> Finding {
        var episodes: [Int: [RunResult.Episode]] = [:]
        func outcome(_ step: Int) throws -> [Bool]? {
            let cell = try plan.varied(delay: steps.delay(step))
            try EpisodePool(plans: [cell], jobs: jobs).run { episodes[step] = $1 }
            return episodes[step].map { $0.map(\.result.success) }
        }
        guard let baseline = try outcome(0) else { throw Self.interrupted }
        var search = DelaySearch(baseline: baseline, tolerance: tolerance, last: steps.count)
        let successes = baseline.count { $0 }
        // With no more success than may be lost, every delay would pass.
        if Double(successes) > tolerance * Double(baseline.count) {
            guard try search.run(outcome: outcome) else { throw Self.interrupted }
        }
        return Finding(search: search, episodes: episodes)
    }

    private static var interrupted: Outcome { .interrupted("the search is not finished") }
}

extension MarginMeasurement.Finding {
    /// The finding over the policy's own p99.
    func report(
        plan: RunPlan,
        steps: DelaySteps,
        p99Ms: Double,
        source: MarginReport.Source
    ) -> MarginReport {
        func milliseconds(_ count: Int) -> Double { steps.delay(count).printedMilliseconds }
        let isMeasured = !search.losses.isEmpty
        let largest = milliseconds(search.largest(.observed))
        let zero = episodes[0] ?? []
        return MarginReport(
            argv: CommandLine.arguments,
            task: plan.setup.task.name,
            robot: plan.setup.robot.name,
            policy: plan.policyName,
            hashes: TaskReport.Hashes(plan),
            execute: plan.configuration.execution.description,
            targetSpeed: plan.setup.targetSpeed,
            episodes: plan.options.episodes,
            seed: plan.options.seed,
            successAtZero: Double(zero.count(where: \.result.success)) / Double(max(1, zero.count)),
            tolerance: search.tolerance,
            largestDelayMs: largest,
            ci95Ms: [
                milliseconds(search.largest(.surely)),
                isMeasured ? milliseconds(search.surelyCrossed) : 0,
            ],
            maxMs: milliseconds(steps.count),
            resolutionMs: milliseconds(1),
            ownP99Ms: p99Ms,
            ownP99Source: source,
            margin: p99Ms > 0 ? largest / p99Ms : 0,
            points: points(milliseconds),
            host: .current,
            version: Version.current
        )
    }

    private func points(_ milliseconds: (Int) -> Double) -> [MarginReport.Point] {
        search.losses.sorted { $0.key < $1.key }.map { step, loss in
            let cell = episodes[step] ?? []
            let successes = cell.count(where: \.result.success)
            let interval = WilsonInterval(successes: successes, trials: cell.count)
            return MarginReport.Point(
                delayMs: milliseconds(step),
                successRate: Double(successes) / Double(max(1, cell.count)),
                ci95: [interval.lower, interval.upper],
                loss: loss.loss,
                lossCI95: [loss.lower, loss.upper],
                misses: cell.reduce(0) { $0 + $1.result.misses }
            )
        }
    }
}
