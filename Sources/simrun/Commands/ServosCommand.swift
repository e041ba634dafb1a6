import ArgumentParser
import Bridge
import Diagnostics
import Robots
import Runtime
import Tasks

/// `simrun servos`: an arm that is not there.
struct ServosCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "servos",
        abstract: "Emulate a robot's servo bus on a pseudo terminal, moved by the physics.",
        discussion: """
            Any program may open the terminal as it would the arm's serial port. The servos start as \
            they leave the factory, but for their numbers and the baud rate. Ctrl-C ends it.
            """
    )

    @Option(help: "A robot's name or directory; the task's own by default, else so101.")
    var robot: String?
    @Option(help: "A task whose things stand round the robot, and whose success is judged.")
    var task: String?
    @Option(help: "Places the task's things, and draws what goes wrong.") var seed: UInt64 = 0
    @Option(help: ArgumentHelp("A link to the terminal, gone at the end.", valueName: "path"))
    var link: String?
    @Option(help: ArgumentHelp("End after so long; at Ctrl-C by default.", valueName: "s"))
    var seconds: Double?
    @Option(help: ArgumentHelp("The least physics rate.", valueName: "hz"))
    var physicsRate = 480.0
    @Option(help: ArgumentHelp("Write where the servos were, every 5 ms.", valueName: "file"))
    var trace: String?
    @Flag(help: "Print one JSON object on standard output at the end and nothing else.")
    var json = false
    @OptionGroup(title: "What goes wrong") var faults: FaultOptions
    @OptionGroup(title: "Where to look") var paths: SearchPaths

    func run() throws {
        if let seconds, !(0.01...86_400).contains(seconds) {
            throw InputError(key: "--seconds", expected: "0.01 s to a day", found: "\(seconds) s")
        }
        if let trace { try WholeFile.check(trace) }
        let setup = try setup()
        let run = try ServosRun(
            servos: ArmServos(setup.robot),
            scene: PoweredScene(setup: setup, seed: seed),
            link: link,
            faults: faults,
            seed: seed,
            keepsTrace: trace != nil
        )
        Interrupt.listen()
        let port = link ?? run.terminal.path ?? ""
        Console.errorText("simrun: the servos of \(setup.robot.name) answer at \(port)")
        try run.serve(for: seconds ?? .infinity)
        if let trace, let text = run.trace?.text { try WholeFile.write(text, to: trace) }
        let report = ServosReport(run, setup: setup, task: task, port: port)
        if json {
            try Console.json(report)
        } else {
            for line in report.lines { Console.line(line) }
        }
    }

    private func setup() throws(InputError) -> TaskSetup {
        let named = try task.map { (name) throws(InputError) in
            try TaskLibrary(folders: paths.taskFolders).task(named: name)
        }
        let library = RobotLibrary(searchPaths: paths.robotFolders)
        let model = try library.load(robot ?? named?.robot ?? "so101")
        let definition = if let named { named } else { try TaskDefinition.bare(robot: model) }
        let least = max(physicsRate, definition.rates.physics)
        return try TaskSetup(task: definition, robot: model, controlHertz: least)
    }
}
