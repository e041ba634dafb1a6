import ArgumentParser
import Bridge
import Diagnostics
import Robots
import Runtime
import Tasks

/// `simrun arm teleop`: an arm that follows another, in the operator's hand.
struct TeleopArm: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "teleop",
        abstract: "Let an arm, or the simulated one, follow a leader arm in your hand.",
        discussion: """
            The leader loses its torque: hold it. The follower comes to it within two seconds, then \
            follows through the same gate as a policy. Ctrl-C parks the follower; --simulated leaves \
            the arm out, and --live shows the scene to Foxglove.
            """
    )

    @Argument(help: "The follower's name or directory.") var robot: String
    @Option(help: ArgumentHelp("The follower's serial port.", valueName: "path")) var port: String?
    @Option(help: ArgumentHelp("The follower's calibration.", valueName: "file"))
    var calibration: String?
    @Flag(help: "The follower is the task's simulated robot.") var simulated = false
    @OptionGroup var leader: LeaderOptions
    @OptionGroup var options: ArmRunOptions
    @Option(help: "End after so many seconds.") var seconds: Double = 3600
    @OptionGroup(title: "Where to look") var paths: SearchPaths

    func run() throws {
        try check()
        let limits = try options.limits()
        let base = try options.plan(robot: robot, paths)
        let plan = try base.led(longest: .seconds(seconds), isReal: !simulated)
        Interrupt.listen()
        guard
            let hand = try Outcome.onTheBus({
                try leader.connect(follower: plan.setup.robot, paths)
            })
        else {
            throw InputError(key: "--leader-port", expected: "the leader's port", found: "none")
        }
        let (result, summary) =
            try simulated
            ? (SimulatedFollower(plan: plan, leader: hand).run(), nil)
            : follow(hand, plan, limits)
        if options.json {
            let report = TaskReport(plan: plan, run: result)
            if let summary {
                Console.line(try JSONText.of(ArmReport(task: report, arm: summary)))
            } else {
                try Console.json(report)
            }
        } else {
            TaskSummary.lines(plan: plan, run: result).forEach(Console.line)
            summary?.lines.forEach(Console.line)
        }
    }

    private func check() throws(InputError) {
        guard simulated != (port != nil) else {
            throw InputError(
                key: "--port",
                expected: "the follower's port, or --simulated without one",
                found: simulated ? "both" : "neither"
            )
        }
        guard options.policy == nil else {
            throw InputError(key: "--policy", expected: "none: the leader acts", found: "one")
        }
        guard (0.1...86_400).contains(seconds) else {
            throw InputError(key: "--seconds", expected: "0.1 s to a day", found: "\(seconds) s")
        }
    }

    private func follow(
        _ hand: LeaderArm,
        _ plan: RunPlan,
        _ limits: ArmRunOptions.Limits
    ) throws -> (RunResult, ArmSummary?) {
        let cameras = try CameraSources(options.camera, task: plan.setup.task)
        let words = ["--port=\(port ?? "")"] + (calibration.map { ["--calibration=\($0)"] } ?? [])
        let connection = try ArmOptions.parse(words + ["--", robot]).connect(plan.setup.robot)
        connection.advice.forEach(Console.errorText)
        let run = ArmRun(
            plan: plan,
            connection: connection,
            cameras: cameras,
            limits: limits,
            isDry: options.dryRun,
            stopFile: options.stopFile,
            paths: paths,
            leader: hand
        )
        return try Outcome.onTheBus { try run.run() }
    }
}
