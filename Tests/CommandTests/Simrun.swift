import Foundation

/// The built program, run as a user would.
struct Simrun {
    var status: Int32
    var output: String
    var errors: String

    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static let program =
        ProcessInfo.processInfo.environment["SIMRUN_BINARY"].map { URL(filePath: $0) }
        ?? root.appending(path: ".build/debug/simrun")

    /// Runs `simrun` with `arguments` to its end, or interrupts it: after `interruptAfter` seconds,
    /// or as soon as `interruptWhen` holds.
    static func run(
        _ arguments: [String],
        interruptAfter: Double? = nil,
        interruptWhen: (() -> Bool)? = nil
    ) throws -> Simrun {
        let process = Process()
        process.executableURL = program
        process.arguments = arguments
        process.currentDirectoryURL = root
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        // Files, not pipes: nothing can block on a full buffer.
        let output = folder.appending(path: "out")
        let errors = folder.appending(path: "err")
        for file in [output, errors] {
            _ = FileManager.default.createFile(atPath: file.path, contents: nil)
        }
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: errors)
        try process.run()
        if let interruptAfter {
            Thread.sleep(forTimeInterval: interruptAfter)
            process.interrupt()
        }
        if let interruptWhen {
            while process.isRunning, !interruptWhen() { Thread.sleep(forTimeInterval: 0.05) }
            process.interrupt()
        }
        process.waitUntilExit()
        return Simrun(
            status: process.terminationReason == .exit ? process.terminationStatus : -1,
            output: try String(contentsOf: output, encoding: .utf8),
            errors: try String(contentsOf: errors, encoding: .utf8)
        )
    }

    /// A new empty folder; the caller removes it.
    static func temporaryFolder() throws -> URL {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "simrun-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }

    /// The output as one JSON value.
    func json() throws -> Any {
        try JSONSerialization.jsonObject(with: Data(output.utf8))
    }
}
