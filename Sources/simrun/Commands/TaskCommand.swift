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
        // Without the program's name and the command's.
        let arguments = Array(CommandLine.arguments.dropFirst(2))
        let plan = try RunPlan(options: options, arguments: arguments)
        TrainingSeeds.warn(seed: options.seed, episodes: options.episodes)
        if options.rate ?? .infinity < plan.setup.task.rates.policy {
            Console.errorText(
                "simrun: warning: a control rate under the task's policy rate of"
                    + " \(plan.setup.task.rates.policy.text(1)) Hz slows the policy down"
            )
        }
        if let file = options.saveLatency { try WholeFile.check(file) }
        let view = try RunView(plan: plan)
        let run = try EpisodeRunner(plan: plan, view: view).run()
        try view?.finish()
        let report = TaskReport(plan: plan, run: run)
        if options.json {
            Console.line(try report.text())
        } else {
            TaskSummary.lines(plan: plan, run: run).forEach(Console.line)
        }
        try saveLatency(run)
        if run.wasInterrupted {
            throw Outcome.interrupted("the robot is parked, the finished episodes are above")
        }
        let verdicts = try options.gates.verdicts(on: run) { report }
        try options.gates.write(verdicts, run: run, report: report)
        let broken = verdicts.filter { !$0.held }.map(\.detail)
        guard broken.isEmpty else { throw Outcome.gates(broken) }
    }

    private func saveLatency(_ run: RunResult) throws {
        guard let file = options.saveLatency, let text = run.latencyText else { return }
        try WholeFile.write(text, to: file)
        Console.errorText("latency kept in \(file); replay it with")
        Console.errorText("  " + CommandText.replay(arguments: CommandLine.arguments, trace: file))
    }
}
