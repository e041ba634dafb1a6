import ArgumentParser
import Diagnostics
import Foundation
import Policies
import Robots
import Tasks

/// `simrun tasks`: what can be run.
struct TasksCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tasks",
        abstract: "List the tasks, or check a task file.",
        subcommands: [ListTasks.self, CheckTask.self],
        defaultSubcommand: ListTasks.self
    )
}

/// `simrun tasks` without more.
struct ListTasks: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the tasks."
    )

    @Flag(help: "Print JSON.") var json = false
    @OptionGroup(title: "Where to look") var paths: SearchPaths

    private struct Row: Encodable {
        var name: String
        var robot: String
        var suite: String
        var rateHz: Double
        var instructions: [String]
        var source: String
        var targetSpeed: Speed?

        enum CodingKeys: String, CodingKey {
            case name, robot, suite, instructions, source
            case rateHz = "rate_hz"
            case targetSpeed = "target_speed"
        }
    }

    /// How fast a task's target moves, in metres per second; absent where nothing moves.
    private struct Speed: Encodable {
        var standard: Double
        var lowest: Double
        var highest: Double
    }

    func run() throws {
        let library = TaskLibrary(folders: paths.taskFolders)
        var rows: [Row] = []
        for name in library.names {
            Console.skippingBadInput {
                let task = try library.task(named: name)
                rows.append(
                    Row(
                        name: task.name,
                        robot: task.robot,
                        suite: task.suite,
                        rateHz: task.rates.control,
                        instructions: task.instructionTexts,
                        source: task.source,
                        targetSpeed: task.targetSpeed.map {
                            Speed(
                                standard: $0.standard,
                                lowest: $0.range.lowerBound,
                                highest: $0.range.upperBound
                            )
                        }
                    )
                )
            }
        }
        if json { return try Console.json(rows) }
        for row in rows {
            Console.line(
                "\(row.name.left(16)) \(row.robot.left(12)) \(row.suite.left(16))"
                    + " \(row.rateHz.text(0)) Hz  \(row.instructions.first ?? "")"
            )
        }
    }
}

/// `simrun policies`: what can act.
struct PoliciesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policies",
        abstract: "List the policies."
    )

    @Flag(help: "Print JSON.") var json = false
    @OptionGroup(title: "Where to look") var paths: SearchPaths

    private struct Row: Encodable {
        var name: String
        var architecture: String
        var task: String
        var parameters: Int
        var bytes: Int
    }

    func run() throws {
        let library = PolicyLibrary(searchPaths: paths.policyFolders)
        var rows: [Row] = []
        for name in library.names {
            Console.skippingBadInput {
                let card = try library.card(of: name)
                rows.append(
                    Row(
                        name: card.name,
                        architecture: card.architecture,
                        task: card.task,
                        parameters: card.parameters,
                        bytes: card.bytes
                    )
                )
            }
        }
        if json { return try Console.json(rows) }
        for row in rows {
            Console.line(
                "\(row.name.left(24)) \(row.architecture.left(10)) \(row.task.left(14))"
                    + " \(String(row.parameters).right(10)) weights"
                    + " \((Double(row.bytes) / 1e6).text(1).right(6)) MB"
            )
        }
    }
}

extension Console {
    /// Runs one entry of a list; a broken one is reported and the list goes on.
    static func skippingBadInput(_ entry: () throws -> Void) {
        do { try entry() } catch { self.error("\(error)") }
    }

    /// Prints a value as one line of JSON.
    static func json(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        line(String(decoding: try encoder.encode(value), as: UTF8.self))
    }
}
