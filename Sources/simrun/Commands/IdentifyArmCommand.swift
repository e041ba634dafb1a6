import ArgumentParser
import Bridge
import Diagnostics
import Foundation
import Robots
import Runtime
import Tasks

/// `simrun arm identify`: how late an arm does what it is told.
struct IdentifyArm: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "identify",
        abstract: "Find the delay and lag of an arm's servos by a step and a chirp of each joint.",
        discussion: """
            The arm moves each joint a few degrees from where it stands, one after the other, five \
            seconds each: give it room. What is found goes into robot.yaml with --write, so that \
            simulation charges it. --simulated asks the simulation instead, which should answer what \
            robot.yaml says.
            """
    )

    @Argument(help: "The robot's name or directory.") var robot: String
    @Option(help: ArgumentHelp("The arm's serial port, such as /dev/ttyACM0.", valueName: "path"))
    var port: String?
    @Option(help: ArgumentHelp("The arm's calibration, as LeRobot writes it.", valueName: "file"))
    var calibration: String?
    @Flag(help: "Identify the simulated arm.") var simulated = false
    @Option(
        help: ArgumentHelp("A joint to move; may be repeated; all by default.", valueName: "joint")
    )
    var joint: [String] = []
    @Option(help: ArgumentHelp("The height of the step, in degrees.", valueName: "deg"))
    var amplitude = 6.0
    @Option(help: ArgumentHelp("How often the arm is looked at.", valueName: "hz")) var rate = 100.0
    @Option(help: "How long the loop may be silent before the arm is stopped without it.")
    var watchdog = "100ms"
    @Flag(help: "Write what was found into the robot's robot.yaml.") var write = false
    @Flag(help: "Print one JSON object on standard output and nothing else.") var json = false
    @OptionGroup(title: "Where to look") var paths: SearchPaths

    func run() throws {
        let library = RobotLibrary(searchPaths: paths.robotFolders)
        let model = try library.load(robot)
        let file = try library.directory(of: robot) + "/robot.yaml"
        let span = try check(model)
        if write { try WholeFile.check(file) }
        let run = IdentifyRun(
            robot: model,
            joints: try indices(of: model),
            amplitude: amplitude * .pi / 180,
            hertz: rate
        )
        Interrupt.listen()
        let result: IdentifyRun.Result
        if simulated {
            result = try run.runSimulated()
        } else {
            let arm = try ArmOptions.parse(
                [robot, "--port=\(port ?? "")"]
                    + (calibration.map { ["--calibration=\($0)"] } ?? [])
            )
            let connection = try arm.connect(model)
            connection.advice.forEach(Console.errorText)
            result = try Outcome.onTheBus {
                try run.run(on: connection, watchdog: span, paths: paths)
            }
        }
        if write {
            guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
                throw InputError(file: file, expected: "a file that can be read", found: "none")
            }
            let (delay, lag) = (result.fit.delay, result.fit.lag)
            let yaml = try ActuatorLine.replace(in: text, file: file, delay: delay, lag: lag)
            try WholeFile.write(yaml, to: file)
        }
        let report = IdentifyReport(model, result, file: write ? file : nil)
        if json { try Console.json(report) } else { report.lines.forEach(Console.line) }
    }

    private func check(_ model: RobotModel) throws(InputError) -> TimeSpan {
        guard simulated != (port != nil) else {
            throw InputError(
                key: "--port",
                expected: "an arm's port, or --simulated without one",
                found: simulated ? "both" : "neither"
            )
        }
        guard (1...15).contains(amplitude), (20...500).contains(rate) else {
            throw InputError(
                key: "--amplitude, --rate",
                expected: "1 to 15 degrees and 20 to 500 Hz",
                found: "\(amplitude) and \(rate)"
            )
        }
        guard let span = LatencyArgument.span(watchdog), span >= .milliseconds(20),
            span <= .milliseconds(2540)
        else {
            throw InputError(
                key: "--watchdog",
                expected: "a time from 20ms to 2540ms",
                found: "\"\(watchdog)\""
            )
        }
        return span
    }

    private func indices(of model: RobotModel) throws(InputError) -> [Int] {
        let known = model.armLinks.map(\.jointName)
        guard !joint.isEmpty else { return Array(known.indices) }
        return try joint.map { (name) throws(InputError) in
            guard let index = known.firstIndex(of: name) else {
                throw .unknown("joint", name: name, known: known, key: "--joint")
            }
            return index
        }
    }
}

/// What `simrun arm identify` prints.
struct IdentifyReport: Encodable {
    struct Fit: Encodable {
        var joint: String?
        var delayMs: Double
        var lagMs: Double
        /// The root of the mean squared distance between model and joint, in degrees.
        var errorDeg: Double

        enum CodingKeys: String, CodingKey {
            case joint
            case delayMs = "delay_ms"
            case lagMs = "lag_ms"
            case errorDeg = "error_deg"
        }

        init(_ fit: ActuatorFit, joint: String? = nil) {
            self.joint = joint
            delayMs = fit.delay * 1000
            lagMs = fit.lag * 1000
            errorDeg = fit.error * 180 / .pi
        }
    }

    var robot: String
    /// Of all joints together: what goes into robot.yaml.
    var found: Fit
    /// What robot.yaml said.
    var before: [String: Double]
    var joints: [Fit]
    /// The file that was written; null for none.
    var written: String?

    init(_ model: RobotModel, _ result: IdentifyRun.Result, file: String?) {
        robot = model.name
        found = Fit(result.fit)
        before = ["delay_ms": model.actuator.delay * 1000, "lag_ms": model.actuator.lag * 1000]
        joints = result.joints.map { Fit($0.fit, joint: $0.joint) }
        written = file
    }

    /// The lines for people.
    var lines: [String] {
        let width = joints.compactMap { $0.joint?.count }.max() ?? 0
        let rows = joints.map { fit in
            "  \((fit.joint ?? "").trailing(width))  delay \(fit.delayMs.text(1).leading(6)) ms"
                + "  lag \(fit.lagMs.text(1).leading(6)) ms  error \(fit.errorDeg.text(2)) deg"
        }
        let line = ActuatorLine.text(delay: found.delayMs / 1000, lag: found.lagMs / 1000)
        return ["servos of \(robot), beyond the time constants of robot.yaml:"] + rows + [
            "all together: \(line)",
            written.map { "written to \($0)" } ?? "--write puts this line into robot.yaml",
        ]
    }
}
