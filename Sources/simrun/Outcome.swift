import Foundation

/// How a run ended other than well; each case has its exit code.
enum Outcome: Error {
    /// Done, but gates did not hold; each line says which and by how much.
    case gates([String])
    /// A fault while running, with the last ticks.
    case fault(String, lastTicks: [String])
    /// Ctrl-C, after parking the robot; says what is left of the work.
    case interrupted(String)

    static let badInputCode: Int32 = 2
    static let faultCode: Int32 = 3

    var exitCode: Int32 {
        switch self {
        case .gates: 1
        case .fault: Self.faultCode
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
        case .interrupted(let what):
            Console.errorText("interrupted: " + what)
        }
    }
}
