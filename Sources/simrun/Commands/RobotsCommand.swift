import ArgumentParser
import Diagnostics
import Foundation
import Robots

/// `simrun robots`: what arms there are, and how to bring one.
struct RobotsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "robots",
        abstract: "List the robots, or bring one of your own.",
        discussion: "docs/bring-a-robot.md goes through init, check and fit step by step.",
        subcommands: [ListRobots.self, CheckRobot.self, InitRobot.self, FitRobot.self],
        defaultSubcommand: ListRobots.self
    )
}

/// `simrun robots` without more.
struct ListRobots: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the robots."
    )

    @Flag(help: "Print JSON.") var json = false
    @OptionGroup(title: "Where to look") var paths: SearchPaths

    private struct Row: Encodable {
        var name: String
        var summary: String
        var armJoints: Int
        var gripperOpeningM: Double?
        /// The bus of the real arm's servos; absent where the robot has none.
        var servos: String?

        enum CodingKeys: String, CodingKey {
            case name, summary, servos
            case armJoints = "arm_joints"
            case gripperOpeningM = "gripper_opening_m"
        }
    }

    func run() throws {
        let library = RobotLibrary(searchPaths: paths.robotFolders)
        var rows: [Row] = []
        for name in library.names {
            Console.skippingBadInput {
                let robot = try library.load(name)
                rows.append(
                    Row(
                        name: robot.name,
                        summary: robot.summary,
                        armJoints: robot.armJointCount,
                        gripperOpeningM: robot.gripper?.maxOpening,
                        servos: robot.servos?.busProtocol.rawValue
                    )
                )
            }
        }
        if json { return try Console.json(rows) }
        for row in rows {
            Console.line("\(row.name.left(12)) \(row.armJoints) joints  \(row.summary)")
        }
    }
}

/// `simrun robots init FOLDER`.
struct InitRobot: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Write a first robot.yaml beside a URDF, to be edited.",
        discussion: """
            What the URDF does not state is chosen, marked in the file, and listed. An existing \
            robot.yaml is left alone.
            """
    )

    @Argument(help: "The folder with the URDF and its meshes.") var folder: String

    @Option(help: ArgumentHelp("Which URDF, where there are several.", valueName: "file"))
    var urdf: String?

    @Option(help: ArgumentHelp("Which link is the tool frame.", valueName: "link"))
    var tool: String?

    @Option(
        help: ArgumentHelp(
            "The arm's home from base to tool, in radians, such as 0,-0.2,0,-2.4,0,2.2,0.8.",
            valueName: "numbers"
        )
    )
    var home: String?

    func run() throws {
        let path = folder + "/robot.yaml"
        guard !FileManager.default.fileExists(atPath: path) else {
            throw InputError(file: path, expected: "no robot.yaml yet", found: "one")
        }
        let draft = try RobotDraft(
            directory: folder,
            urdf: urdf,
            toolFrame: tool,
            home: home.map { text throws(InputError) in try Self.numbers(text) }
        )
        try WholeFile.write(draft.yaml, to: path)
        Console.line("wrote \(path); chosen, so check each:")
        for choice in draft.choices { Console.line("  " + choice) }
        Console.line("next: simrun robots check \(folder)")
    }
}

extension InitRobot {
    fileprivate static func numbers(_ text: String) throws(InputError) -> [Double] {
        var numbers: [Double] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let word = part.trimmingCharacters(in: .whitespaces)
            guard let number = Double(word), number.isFinite, abs(number) < 1e3 else {
                throw InputError(
                    key: "--home",
                    expected: "numbers with commas between",
                    found: "\"\(word.prefix(60))\""
                )
            }
            numbers.append(number)
        }
        return numbers
    }
}

/// `simrun robots fit FOLDER`.
struct FitRobot: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fit",
        abstract: "Propose primitives for links that meshes show.",
        discussion: """
            Cameras here see primitives alone. Prints lines for the `links` of robot.yaml: for each mesh \
            the box, capsule, cylinder or sphere of least volume that encloses it, and how much \
            volume each kind adds.
            """
    )

    @Argument(help: "The robot: its folder or name.") var robot: String

    @Flag(help: "For contact too: under `collision`, in place of the meshes' hulls.")
    var contact = false

    @OptionGroup(title: "Where to look") var paths: SearchPaths

    func run() throws {
        let library = RobotLibrary(searchPaths: paths.robotFolders)
        let fit = try RobotFit(directory: library.directory(of: robot))
        guard !fit.parts.isEmpty else {
            return Console.line("# every link with a mesh has shapes in robot.yaml already")
        }
        Console.line("links:")
        var last = ""
        for part in fit.parts {
            if part.link != last {
                Console.line("  \(part.link):")
                Console.line(contact ? "    collision:" : "    visual:")
                last = part.link
            }
            let shares = zip(part.fits, part.added).map { fit, share in
                "\(fit.kind) +\(share.isFinite ? (share * 100).text(0) + " %" : "all")"
            }
            Console.line("      # \(part.mesh): \(shares.joined(separator: ", "))")
            for line in part.yaml { Console.line("      " + line) }
        }
    }
}

extension Console {
    /// Says which links cameras cannot see, as only meshes show them.
    static func noteUnseen(_ robot: RobotModel) {
        let links = robot.unseenLinks
        guard !links.isEmpty else { return }
        errorText(
            "note: cameras do not see meshes, so not \(links.prefix(12).joined(separator: ", "))"
                + (links.count > 12 ? " and \(links.count - 12) more" : "")
                + " of \(robot.name); `simrun robots fit` proposes primitives"
        )
    }
}
