import Diagnostics
import Foundation

/// One worker process and the pipes to it; used by one thread.
final class WorkerProcess {
    /// What came of a request.
    enum Answer {
        case reply(SweepReply)
        /// The process died, hung or spoke nonsense; says which.
        case broken(String)
        /// The sweep was stopped meanwhile.
        case stopped
    }

    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()
    private let errors: FileHandle
    private var lines: SweepLines

    /// Starts this very program again, as a worker.
    init() throws {
        errors = try Self.unnamedFile()
        lines = SweepLines(descriptor: output.fileHandleForReading.fileDescriptor)
        // The program that runs, even if its file has been replaced meanwhile.
        process.executableURL = URL(filePath: "/proc/self/exe")
        process.arguments = [SweepWorkerCommand.name]
        var environment = ProcessInfo.processInfo.environment
        environment["SIMRUN_HOME"] = Home.folder
        // A crash ends at once, without a backtrace of a minute.
        environment["SWIFT_BACKTRACE"] = "enable=no"
        process.environment = environment
        process.standardInput = input
        process.standardOutput = output
        process.standardError = errors
        do {
            try process.run()
        } catch {
            throw Outcome.fault(
                "no worker process can be started: \(error.localizedDescription)",
                lastTicks: []
            )
        }
    }

    deinit { end() }

    /// Runs one episode.
    ///
    /// - Parameters:
    ///   - seconds: After this the worker counts as hung.
    ///   - isStopped: Whether the sweep has been stopped.
    func ask(
        _ request: SweepRequest,
        within seconds: Double,
        isStopped: () -> Bool
    ) -> Answer {
        do {
            try input.fileHandleForWriting.write(contentsOf: SweepLines.line(request))
            let line = try lines.next(within: seconds, isStopped: isStopped)
            let reply = try JSONDecoder().decode(SweepReply.self, from: Data(line))
            guard reply.seed == request.seed else { return .broken("it answered another request") }
            return .reply(reply)
        } catch SweepLines.Failure.stopped {
            return .stopped
        } catch SweepLines.Failure.late {
            return .broken("no answer within \(seconds.short) s")
        } catch {
            // A worker that is gone leaves a closed pipe, whichever end notices first.
            return isStopped() ? .stopped : .broken(ending())
        }
    }

    /// Kills the process, if it still runs, and waits for its end.
    func end() {
        guard process.isRunning else { return }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// How the process ended, with the last it said.
    private func ending() -> String {
        // It may still be on its way out.
        for _ in 0..<100 where process.isRunning { usleep(20_000) }
        guard !process.isRunning else { return "it closed its output" }
        let status = process.terminationStatus
        let how =
            process.terminationReason == .uncaughtSignal
            ? "ended by signal \(status) (\(String(cString: strsignal(status))))"
            : "ended with exit code \(status)"
        let last = lastWords()
        return last.isEmpty ? how : how + ": " + last
    }

    /// The last line on standard error, cut to what fits a table.
    private func lastWords() -> String {
        let size = lseek(errors.fileDescriptor, 0, SEEK_END)
        var bytes = [UInt8](repeating: 0, count: 2000)
        let count = pread(errors.fileDescriptor, &bytes, bytes.count, max(0, size - 2000))
        let text = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
        return String(text.split(whereSeparator: \.isNewline).last?.prefix(300) ?? "")
    }

    /// A file without a name, gone with its last user.
    private static func unnamedFile() throws -> FileHandle {
        var path = Array((NSTemporaryDirectory() + "simrun-worker-XXXXXX").utf8CString)
        let descriptor = mkstemp(&path)
        guard descriptor >= 0 else {
            throw Outcome.fault(
                "no temporary file can be made in \(NSTemporaryDirectory())",
                lastTicks: []
            )
        }
        unlink(path)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }
}
