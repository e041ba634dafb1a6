import Foundation

/// How a run ended other than well; each case has its exit code.
enum Outcome: Error {
    /// Done, but gates did not hold; each line says which and by how much.
    case gates([String])
    /// A fault while running, with the last ticks.
    case fault(String, lastTicks: [String])
    /// Ctrl-C, after parking the robot.
    case interrupted

    static let badInputCode: Int32 = 2

    var exitCode: Int32 {
        switch self {
        case .gates: 1
        case .fault: 3
        case .interrupted: 130
        }
    }

    func report() {
        switch self {
        case .gates(let lines):
            for line in lines { Console.error("gate: " + line) }
        case .fault(let what, let lastTicks):
            Console.error("fault: " + what)
            for line in lastTicks { Console.errorText("  " + line) }
        case .interrupted:
            Console.errorText("interrupted: the robot is parked, the results above are complete")
        }
    }
}
