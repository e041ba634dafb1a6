import Diagnostics
import Foundation

/// The command that connects a world, started for a run.
final class PlantProcess: @unchecked Sendable {
    // Unchecked: set up once; a process may be asked from any thread whether it runs.

    /// Where the command finds the address to connect to.
    static let addressVariable = "SIMRUN_PLANT"

    private let process = Process()

    /// Starts it; nil where there is none to start.
    ///
    /// - Throws: `InputError` if it cannot be started.
    init?(_ command: [String], address: String) throws(InputError) {
        guard !command.isEmpty else { return nil }
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = command
        var environment = ProcessInfo.processInfo.environment
        environment[Self.addressVariable] = address
        process.environment = environment
        // Standard output is the report's.
        process.standardOutput = FileHandle.standardError
        do {
            try process.run()
        } catch {
            throw InputError(
                key: "--",
                expected: "a command that can be started",
                found: "\(error.localizedDescription)"
            )
        }
    }

    var hasEnded: Bool { !process.isRunning }

    /// Lets it end by itself for a while, then ends it.
    func end() {
        for signal in [nil, SIGTERM, SIGKILL] {
            if let signal { kill(process.processIdentifier, signal) }
            for _ in 0..<100 where process.isRunning { usleep(50_000) }
            guard process.isRunning else { return }
        }
    }
}
