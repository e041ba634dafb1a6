import ArgumentParser
import Diagnostics
import Foundation
import Robots
import Runtime
import Tasks

/// `simrun task`: the main job.
struct TaskCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "task",
        abstract: "Run episodes of one task and measure every tick.",
        aliases: ["eval"]
    )

    @OptionGroup var options: TaskOptions

    func run() throws {
        Interrupt.listen()
        let plan = try RunPlan(options: options)
        TrainingSeeds.warn(seed: options.seed, episodes: options.episodes)
        if options.rate ?? .infinity < plan.setup.task.rates.policy {
            Console.errorText(
                "simrun: warning: a control rate under the task's policy rate of"
                    + " \(plan.setup.task.rates.policy.text(1)) Hz slows the policy down"
            )
        }
        if let file = options.saveLatency { try WholeFile.check(file) }
        if let file = options.screenshot {
            try Screenshot.write(plan: plan, to: file)
        }
        let run = try EpisodeRunner(plan: plan).run()
        if options.json {
            Console.line(try report(plan: plan, run: run).text())
        } else {
            TaskSummary.lines(plan: plan, run: run).forEach(Console.line)
        }
        try saveLatency(run)
        if run.wasInterrupted {
            throw Outcome.interrupted("the robot is parked, the finished episodes are above")
        }
        let broken = try options.gates.broken(in: run)
        guard broken.isEmpty else { throw Outcome.gates(broken) }
    }

    private func saveLatency(_ run: RunResult) throws {
        guard let file = options.saveLatency, let text = run.latencyText else { return }
        try WholeFile.write(text, to: file)
        Console.errorText("latency kept in \(file); replay it with")
        Console.errorText("  " + ReplayCommand.line(arguments: CommandLine.arguments, trace: file))
    }

    private func report(plan: RunPlan, run: RunResult) -> TaskReport {
        let configuration = plan.configuration
        let account = run.account
        return TaskReport(
            argv: CommandLine.arguments,
            task: plan.setup.task.name,
            robot: plan.setup.robot.name,
            policy: plan.policyName,
            hashes: TaskReport.Hashes(plan),
            clock: configuration.clock.rawValue,
            latency: plan.latencyName,
            execute: configuration.execution.description,
            rateHz: configuration.rate.hertz,
            policyRateHz: configuration.schedule.policyHertz,
            effectiveRateHz: run.effectiveRate,
            physicsHz: configuration.rate.physicsHertz,
            reproducible: configuration.isReproducible,
            episodes: run.episodes.map(TaskReport.Episode.init),
            successRate: run.successRate,
            successCI95: [run.interval.lower, run.interval.upper],
            ticks: account.ticks,
            deadlineMisses: account.missedPeriods,
            gatedTicks: account.gatedTicks,
            starvedTicks: account.starvedTicks,
            stolenTicks: account.stolenTicks,
            stolenMisses: account.stolenMisses,
            latencyUs: Dictionary(
                uniqueKeysWithValues: LatencyAccount.Row.allCases.map {
                    ($0.rawValue, account.summary(of: $0))
                }
            ),
            chargeUs: TaskReport.Charge(
                p50: account.charge.p50,
                p99: account.charge.p99,
                max: account.charge.max,
                appliedP50: account.applied.p50,
                resolution: configuration.rate.timestepSeconds * 1e6
            ),
            observationAgeUs: TaskReport.Age(
                p50: account.observationAge.p50,
                p99: account.observationAge.p99,
                max: account.observationAge.max
            ),
            wallS: run.wallSeconds,
            host: .current,
            version: Version.current
        )
    }
}

extension TaskReport.Episode {
    init(_ episode: RunResult.Episode) {
        let result = episode.result
        self.init(
            seed: result.seed,
            success: result.success,
            successAtEnd: result.status.holdsNow,
            successOnce: result.status.heldOnce,
            successAtS: result.status.succeededAt?.seconds,
            steady: result.status.wasSteady,
            endReason: result.endReason.rawValue,
            cause: episode.cause,
            ticks: result.ticks,
            misses: result.misses,
            stateHash: String(episode.stateHash, radix: 16).zeroPadded(16),
            instruction: episode.instruction
        )
    }
}

extension String {
    fileprivate func zeroPadded(_ width: Int) -> String {
        String(repeating: "0", count: max(0, width - count)) + self
    }
}
