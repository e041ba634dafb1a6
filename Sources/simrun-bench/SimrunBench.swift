import ArgumentParser
import Diagnostics
import Foundation
import Robots
import Runtime
import Tasks

/// Proves that the tick allocates nothing.
///
/// Build it with `-c release`: debug code allocates.
@main
struct SimrunBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simrun-bench",
        abstract: "Count the heap allocations of the tick; exit code 1 if there are any.",
        discussion: """
            Runs ticks of each task under its expert and its shipped policy, on every clock and \
            with each kind of charge, and counts allocations by standing in front of malloc. Bullet's \
            own, inside the step stage, are reported apart.
            """
    )

    @Option(help: "Ticks to count per case.") var ticks = 500
    @Option(help: "Folder that holds tasks, robots and assets.") var home = "."
    @Flag(help: "Print JSON.") var json = false
    @Flag(help: "Instead, what recording adds to the processor time of a tick.")
    var recording = false

    static func main() {
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch let error as InputError {
            report("simrun-bench: \(error)")
            Foundation.exit(2)
        } catch {
            let code = exitCode(for: error)
            report(fullMessage(for: error))
            Foundation.exit(code == .success ? 0 : code == ExitCode(1) ? 1 : 2)
        }
    }

    func run() throws {
        var counts: [AllocationGate.Count] = []
        let library = TaskLibrary(folders: [home + "/tasks"])
        for name in library.names {
            let task = try library.task(named: name)
            let robot = try RobotLibrary(searchPaths: [home + "/robots"]).load(task.robot)
            let gate = AllocationGate(
                setup: try TaskSetup(task: task, robot: robot),
                policyFolders: [home + "/assets/policies"],
                ticks: ticks
            )
            if recording {
                try printCost(RecordingGate(setup: gate.setup, ticks: ticks))
                continue
            }
            // A task without a shipped policy has its expert alone.
            if task.policy != "expert" {
                for mode in try AllocationGate.modes() {
                    counts.append(try gate.countPolicy(mode))
                }
                counts += try gate.countCandidates()
                counts.append(try gate.countChoice(AllocationGate.modes()[3]))
            }
            counts.append(try gate.countExpert(try AllocationGate.modes()[0]))
            counts.append(try RecordingGate(setup: gate.setup, ticks: ticks).count())
        }
        if recording { return }
        // A tiny network of the tests: what allocates is the same at any width.
        counts += try AllocationGate.countLanguagePlans(
            directory: home + "/Tests/PoliciesTests/Goldens/vla"
        )
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys]
            print(String(decoding: try encoder.encode(counts), as: UTF8.self))
        } else {
            for count in counts { print(line(count)) }
        }
        let failed = counts.filter { $0.outsideStep > 0 }
        guard failed.isEmpty else {
            Self.report(
                "simrun-bench: \(failed.count) of \(counts.count) cases allocate in the tick"
            )
            throw ExitCode(1)
        }
    }

    private func printCost(_ gate: RecordingGate) throws {
        let cost = try gate.cost()
        let share = cost.recorded.seconds / cost.plain.seconds - 1
        print(
            gate.setup.task.name + ": "
                + String(
                    format: "%.1f us a tick, %.1f us recorded, %+.1f %%",
                    cost.plain.microseconds,
                    cost.recorded.microseconds,
                    share * 100
                )
        )
    }

    private func line(_ count: AllocationGate.Count) -> String {
        "\(count.task), \(count.policy), \(count.mode): \(count.ticks) ticks,"
            + " \(count.outsideStep) allocations outside step, \(count.insideStep) inside (Bullet)"
    }

    private static func report(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }
}
