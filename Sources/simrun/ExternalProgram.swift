import Diagnostics
import Foundation

/// Another program, run to its end.
enum ExternalProgram {
    /// What it printed and how it ended.
    struct Result {
        var status: Int32
        var output: String
        var errors: String
    }

    /// The exit code of `env` for a program that is not there.
    private static let notFound: Int32 = 127

    /// Runs a program found on PATH.
    ///
    /// - Throws: `InputError` when there is none.
    static func run(_ words: [String], package: String) throws -> Result {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = words
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "simrun-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        // Files, not pipes: nothing can block on a full buffer.
        let output = folder.appending(path: "out")
        let errors = folder.appending(path: "err")
        for file in [output, errors] {
            _ = FileManager.default.createFile(atPath: file.path, contents: nil)
        }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: errors)
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus != notFound else {
            throw InputError(
                key: words.first,
                expected: "the program on PATH (\(package))",
                found: "none"
            )
        }
        return Result(
            status: process.terminationStatus,
            output: try String(contentsOf: output, encoding: .utf8),
            errors: try String(contentsOf: errors, encoding: .utf8)
        )
    }
}
