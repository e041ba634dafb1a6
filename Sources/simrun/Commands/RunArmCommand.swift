import ArgumentParser
import Bridge
import Diagnostics
import Robots
import Runtime
import Tasks

/// `simrun arm run`: a policy on a real arm.
struct RunArm: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run a policy on an arm: the same loop, gate and policies as in simulation.",
        discussion: """
            One episode, to the task's success or its time limit, or to your word: s Enter says that it \
            is a success, f Enter that it is none. Ctrl-C parks the arm; Enter alone, SIGUSR1 or \
            --stop-file brake it where it is. Torque stays on.
            """
    )

    @OptionGroup var arm: ArmOptions
    @OptionGroup var options: ArmRunOptions
    @Flag(help: "Take the operator's words from a standard input that is no terminal, too.")
    var labelled = false
    @OptionGroup(title: "Where to look") var paths: SearchPaths

    func run() throws {
        let limits = try options.limits()
        let plan = try options.plan(robot: arm.robot, paths)
        let cameras = try CameraSources(options.camera, task: plan.setup.task)
        try cameras.require(for: plan)
        let connection = try arm.connect(plan.setup.robot)
        connection.advice.forEach(Console.errorText)
        Interrupt.listen()
        let run = ArmRun(
            plan: plan,
            connection: connection,
            cameras: cameras,
            limits: limits,
            isDry: options.dryRun,
            stopFile: options.stopFile,
            paths: paths,
            takesLabels: labelled
        )
        let (result, summary) = try Outcome.onTheBus { try run.run() }
        if options.json {
            let report = TaskReport(plan: plan, run: result)
            Console.line(try JSONText.of(ArmReport(task: report, arm: summary)))
        } else {
            TaskSummary.lines(plan: plan, run: result).forEach(Console.line)
            summary.lines.forEach(Console.line)
        }
        if result.wasInterrupted {
            throw Outcome.interrupted("the arm is \(options.dryRun ? "as it was" : "parked")")
        }
    }
}

/// What `simrun arm run` is told about the loop.
struct ArmRunOptions: ParsableArguments {
    @Option(help: "The task's name, or the path of its file.") var task: String
    @Option(help: "A policy, a policy directory, expert or random; the task's by default.")
    var policy: String?
    @Option(name: [.long, .customLong("fps")], help: "Control rate in hertz.") var rate: Double?
    @Option(help: "How chunks are executed; the policy's own by default.") var execute: String?
    @Option(help: "Draws the goal and the policy's noise, and what is mirrored.") var seed: UInt64 =
        0
    @Option(help: ArgumentHelp("What to do, in the task's words.", valueName: "text"))
    var instruction: String?
    @Option(help: "When to end: success, which only a mirrored scene can tell, or time-limit.")
    var until: StopRule?
    @Option(
        help: ArgumentHelp(
            "Where a camera's pictures come from: NAME=mirrored, the simulation that follows the arm;"
                + " NAME=/dev/video0; NAME=depth:SOCKET, a depth feeder's.",
            valueName: "name=source"
        )
    )
    var camera: [String] = []
    @Option(
        help: ArgumentHelp(
            "How far a command may lie from where its joint is: 0.1, 0.1rad or 5deg.",
            valueName: "angle"
        )
    )
    var maxRelativeTarget: String?
    @Flag(help: "Read the arm and plan, but send it nothing.") var dryRun = false
    @Option(help: "How long to hold without a new action before the arm is braked.")
    var patience = "500ms"
    @Option(help: "How long the loop may be silent before the arm is stopped without it.")
    var watchdog = "100ms"
    @Option(help: ArgumentHelp("Brake when this file appears.", valueName: "file"))
    var stopFile: String?
    @Option(help: ArgumentHelp("Record each episode there, as MCAP.", valueName: "dir"))
    var record: String?
    @Flag(
        inversion: .prefixedNo,
        help: "Record camera pictures too, where every camera has a source."
    )
    var recordImages = true
    @Option(
        defaultAsFlag: LiveSink.standardPort,
        help: ArgumentHelp("Show the arm to Foxglove, at ws://127.0.0.1:PORT.", valueName: "port")
    )
    var live: Int?
    @Flag(help: "Print one JSON object on standard output and nothing else.") var json = false

    /// What bounds the arm besides the gate.
    struct Limits {
        var maxRelativeTarget: Double?
        var watchdog: TimeSpan
    }

    func limits() throws(InputError) -> Limits {
        guard let span = LatencyArgument.span(watchdog),
            span >= .milliseconds(20), span <= .milliseconds(2540)
        else {
            throw InputError(
                key: "--watchdog",
                expected: "a time from 20ms to 2540ms",
                found: "\"\(watchdog)\""
            )
        }
        return Limits(maxRelativeTarget: try angle(), watchdog: span)
    }

    private func angle() throws(InputError) -> Double? {
        guard let text = maxRelativeTarget else { return nil }
        var number = Substring(text)
        var unit = 1.0
        for (suffix, size) in [("deg", Double.pi / 180), ("rad", 1)] where text.hasSuffix(suffix) {
            number = number.dropLast(suffix.count)
            unit = size
        }
        guard let value = Double(number), value * unit > 0, value * unit <= 6.3 else {
            throw InputError(
                key: "--max-relative-target",
                expected: "an angle over 0 such as 0.1, 0.1rad or 5deg",
                found: "\"\(text)\""
            )
        }
        return value * unit
    }

    /// The task's run on the wall clock, loaded and checked.
    func plan(robot: String, _ paths: SearchPaths) throws -> RunPlan {
        var words = [
            "--clock", "wall", "--episodes", "1", "--seed", "\(seed)", "--robot=\(robot)",
            "--patience=\(patience)",
        ]
        if let policy { words.append("--policy=\(policy)") }
        if let rate { words.append("--rate=\(rate)") }
        if let execute { words.append("--execute=\(execute)") }
        if let instruction { words.append("--instruction=\(instruction)") }
        if let until { words.append("--until=\(until.rawValue)") }
        if let record { words.append("--record=\(record)") }
        if let live { words.append("--live=\(live)") }
        if !recordImages { words.append("--no-record-images") }
        words += paths.flags + ["--", task]
        var plan = try RunPlan(options: try TaskOptions.parse(words), arguments: words)
        plan.configuration.limits = try plan.setup.armLimits()
        return plan
    }
}
