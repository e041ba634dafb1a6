import Foundation
import Testing

@testable import Serving

/// Fixtures/policy_server.py on a free port of 127.0.0.1, for as long as it is kept.
final class PythonPolicyServer {
    static let python = ProcessInfo.processInfo.environment["SIMRUN_PYTHON"]

    let address: PolicyAddress
    private let process = Process()
    private let input = Pipe()

    init(_ mode: String, key: String? = nil) throws {
        let script = try #require(
            Bundle.module.url(
                forResource: "policy_server",
                withExtension: "py",
                subdirectory: "Fixtures"
            )
        )
        let output = Pipe()
        process.executableURL = URL(filePath: try #require(Self.python))
        process.arguments = [script.path, mode] + (key.map { [$0] } ?? [])
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        // One line; the pipe ends if the server did not start.
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        let port = try #require(Int(line.trimmingCharacters(in: .whitespacesAndNewlines)))
        address = try PolicyAddress("ws://127.0.0.1:\(port)")
    }

    deinit {
        // The end of its input ends it.
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }
}
