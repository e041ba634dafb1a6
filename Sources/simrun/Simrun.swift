import ArgumentParser
import Diagnostics
import Foundation
import Runtime

/// The command line: parses, runs, and turns every outcome into the documented exit code.
@main
struct Simrun: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simrun",
        abstract: "Runs robot policies in a world that does not wait.",
        discussion: """
            Exit codes: 0 done and gates held, 1 a gate did not hold, 2 bad input, \
            3 fault while running, 130 interrupted.
            """,
        version: Version.current,
        subcommands: [
            TaskCommand.self, TasksCommand.self, RobotsCommand.self, PoliciesCommand.self,
            PolicyCommand.self, CollectCommand.self, LatencyCommand.self, MarginCommand.self,
            ClocksCommand.self, LoopCommand.self, ProbeCommand.self, ServeCommand.self,
            PlantCommand.self, GymCommand.self, BenchCommand.self,
            CompareCommand.self, ReplayCommand.self, WhyCommand.self, ExportCommand.self,
            SweepCommand.self, SweepWorkerCommand.self, ReportCommand.self, ServosCommand.self,
            ArmCommand.self, ArmGuardCommand.self,
        ]
    )

    static func main() {
        // A closed pipe is an ordinary write error, not a reason to die silently.
        signal(SIGPIPE, SIG_IGN)
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch let outcome as Outcome {
            outcome.report()
            Foundation.exit(outcome.exitCode)
        } catch let error as InputError {
            Console.error(error.description)
            Foundation.exit(Outcome.badInputCode)
        } catch {
            let isHelp = exitCode(for: error) == .success
            let text = fullMessage(for: error)
            isHelp ? Console.line(text) : Console.errorText(text)
            Foundation.exit(isHelp ? 0 : Outcome.badInputCode)
        }
    }
}

/// The version that results carry.
enum Version {
    static let current = "0.1.0"

    /// SHA-256 of this very program: tells builds of one version apart.
    static let programSHA256: String =
        (try? ContentHash.sha256(ofFile: "/proc/self/exe")) ?? "unknown"
}
