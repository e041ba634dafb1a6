import ArgumentParser
import Bridge
import Diagnostics
import Foundation
import Robots
import Runtime

/// What `simrun arm run` runs itself as beside a Feetech arm: the process that stops the arm when the
/// loop dies.
struct ArmGuardCommand: ParsableCommand {
    static let name = "arm-guard"

    static let configuration = CommandConfiguration(
        commandName: name,
        abstract: "Stop an arm when the loop that moves it dies; started by `simrun arm run`.",
        shouldDisplay: false
    )

    @Argument var robot: String
    @Option var silenceMs: Double
    @OptionGroup var paths: SearchPaths

    /// The arguments that make this program the guard of a robot's arm.
    static func arguments(robot: String, silence: TimeSpan, paths: SearchPaths) -> [String] {
        [name, "--silence-ms", "\(silence.milliseconds)"] + paths.flags + ["--", robot]
    }

    func run() throws {
        // The loop decides when this process ends.
        signal(SIGINT, SIG_IGN)
        signal(SIGTERM, SIG_IGN)
        signal(SIGHUP, SIG_IGN)
        let model = try RobotLibrary(searchPaths: paths.robotFolders).load(robot)
        let servos = try ArmServos(model)
        let watch = ArmGuard(servos: servos, silence: .milliseconds(silenceMs))
        let count = servos.all.count
        // When it is needed, nothing else is as urgent.
        var grants = RealTimeGrants.request(
            RealTimeWish(priority: 55, locksMemory: false, core: .any)
        )
        defer { grants.giveBack() }
        switch try watch.watch() {
        case .ended: break
        case .died(let held):
            Console.error("the loop died; \(held) of \(count) servos are held where they are")
        case .silent(let held):
            Console.error("the loop is silent; \(held) of \(count) servos are held where they are")
        }
    }
}
