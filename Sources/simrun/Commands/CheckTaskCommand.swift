import ArgumentParser
import Diagnostics
import Robots
import Tasks

/// `simrun tasks check FILE`: whether a task file makes sense on its robot.
struct CheckTask: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check a task file, let its scene settle, and picture its resets.",
        discussion: """
            Reads the file, draws the starts of 200 seeds, tries by inverse kinematics whether the \
            tool reaches the goal, the objects, the fixtures and where things are to be put, drops \
            9 scenes for 2 s to see what moves and \
            what starts inside something else, and asks whether success holds before anybody acts. \
            Each problem names file, line and key and what would be right; exit code 2 if there \
            is any.
            """
    )

    @Argument(help: "The task file.") var file: String
    @Option(help: ArgumentHelp("Write a sheet of 9 resets.", valueName: "file.png"))
    var sheet: String?
    @OptionGroup(title: "Where to look") var paths: SearchPaths

    func run() throws {
        let task = try TaskLibrary(folders: []).task(
            named: file.contains("/") ? file : "./" + file
        )
        let robot = try RobotLibrary(searchPaths: paths.robotFolders).load(task.robot)
        let setup = try TaskSetup(task: task, robot: robot)
        let check = try TaskCheck(setup: setup)
        Console.line("\(file): task \(task.name) on \(robot.name)")
        for note in check.notes { Console.line("  " + note) }
        if let sheet {
            try ResetSheet.write(setup: setup, to: sheet)
            Console.line("  sheet: seeds 0 to 8, row by row, in \(sheet)")
        }
        guard let last = check.problems.last else {
            return Console.line("  nothing to complain of")
        }
        for problem in check.problems.dropLast() { Console.error(problem.description) }
        throw last
    }
}
