import Foundation

/// The built program, running beside the test.
final class RunningSimrun {
    let process = Process()
    private let folder: URL
    private var input: Pipe?

    /// Starts `simrun` with `arguments`, with a pipe as its standard input where it is to be told something.
    init(_ arguments: [String], input hasInput: Bool = false) throws {
        folder = try Simrun.temporaryFolder()
        process.executableURL = Simrun.program
        process.arguments = arguments
        process.currentDirectoryURL = Simrun.root
        for name in ["out", "err"] {
            _ = FileManager.default.createFile(atPath: path(name), contents: nil)
        }
        process.standardOutput = try FileHandle(forWritingTo: URL(filePath: path("out")))
        process.standardError = try FileHandle(forWritingTo: URL(filePath: path("err")))
        if hasInput {
            let pipe = Pipe()
            input = pipe
            process.standardInput = pipe
        }
        try process.run()
    }

    /// Writes words to its standard input, if it still runs.
    func say(_ words: String) {
        signal(SIGPIPE, SIG_IGN)
        try? input?.fileHandleForWriting.write(contentsOf: Data(words.utf8))
    }

    /// Kills what still runs, so that a failed test leaves nothing behind.
    deinit {
        if process.isRunning {
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
        try? FileManager.default.removeItem(at: folder)
    }

    private func path(_ name: String) -> String { folder.appending(path: name).path }

    /// What it has said so far on standard error.
    var errors: String { (try? String(contentsOfFile: path("err"), encoding: .utf8)) ?? "" }

    /// Waits until `holds`, for as long as the program runs and half a minute at most.
    func wait(until holds: () -> Bool) -> Bool {
        for _ in 0..<600 {
            if holds() { return true }
            if !process.isRunning { return holds() }
            Thread.sleep(forTimeInterval: 0.05)
        }
        return false
    }

    /// Ends it by a signal, or lets it end by itself, and takes what it said.
    func end(_ signal: Int32? = SIGINT) throws -> Simrun {
        if let signal { kill(process.processIdentifier, signal) }
        process.waitUntilExit()
        return Simrun(
            status: process.terminationReason == .exit ? process.terminationStatus : -1,
            output: try String(contentsOfFile: path("out"), encoding: .utf8),
            errors: errors
        )
    }
}
