import Foundation
import Testing

@Suite struct RecordCommandTests {
    private static func object(_ run: Simrun) throws -> [String: Any] {
        try #require(run.json() as? [String: Any])
    }

    /// Records one episode of the expert and returns its file.
    private static func record(_ folder: URL, _ further: [String]) throws -> String {
        let run = try Simrun.run(
            ["task", "reach", "--policy", "expert", "--episodes", "1", "--json"]
                + ["--record", folder.path] + further
        )
        #expect(run.status == 0, "\(run.errors)")
        let recordings = try #require(Self.object(run)["recordings"] as? [String: Any])
        #expect(recordings["dropped"] as? Int == 0)
        return try #require((recordings["files"] as? [String])?.first)
    }

    @Test(arguments: [
        ["--clock", "lockstep"], ["--latency", "40ms"], ["--latency", "measured"],
        ["--latency", "40ms", "--execute", "async"], ["--clock", "wall"],
    ])
    func `a recording is run again to the last bit`(flags: [String]) throws {
        let folder = try Simrun.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = try Self.record(folder, flags + ["--seed", "5"])
        let run = try Simrun.run(["replay", file, "--check", "--json"])
        #expect(run.status == 0, "\(run.errors)")
        let check = try #require(Self.object(run)["check"] as? [String: Any])
        #expect(check["holds"] as? Bool == true)
        #expect(check["compared"] as? String == (flags.contains("wall") ? "state" : "all"))
        #expect((check["ticks"] as? Int ?? 0) > 10)
        guard flags.contains("wall") else { return }
        let view = try Simrun.run(["replay", file, "--view"])
        #expect(view.status == 2)
        #expect(view.errors.contains("found one of the wall clock"), "\(view.errors)")
    }

    @Test func `an episode that is not the recorded one is told apart, by tick and field`() throws {
        let folder = try Simrun.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = try Self.record(folder, ["--clock", "lockstep", "--no-record-images"])
        // The metadata has no checksum of ours: another seed of the same length.
        let data = try Data(contentsOf: URL(filePath: file))
        let at = try #require(data.range(of: Data([4, 0, 0, 0]) + Data("seed".utf8)))
        var changed = data
        changed[at.upperBound + 4] = UInt8(ascii: "7")
        let other = folder.path + "/other.mcap"
        try changed.write(to: URL(filePath: other))
        let run = try Simrun.run(["replay", other, "--check"])
        #expect(run.status == 1, "\(run.errors)")
        #expect(run.errors.contains("differs first at tick 0"))
    }

    @Test func `a killed recording is read up to its last closed chunk`() throws {
        let folder = try Simrun.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.path + "/reach-0.mcap"
        let process = Process()
        process.executableURL = Simrun.root.appending(path: ".build/debug/simrun")
        process.arguments = [
            "task", "reach", "--policy", "random", "--clock", "wall", "--until", "time-limit",
            "--episodes", "1", "--record", folder.path,
        ]
        process.currentDirectoryURL = Simrun.root
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        // A chunk is a second: two have been closed when the file is this large.
        while process.isRunning, Self.size(file) < 400_000 { usleep(20_000) }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        let run = try Simrun.run(["replay", file, "--check", "--json"])
        #expect(run.status == 0, "\(run.errors)")
        let report = try Self.object(run)
        #expect(report["complete"] as? Bool == false)
        // All but the last second, at 60 Hz, of what the file's size promises.
        #expect((report["ticks"] as? Int ?? 0) >= 50)
    }

    private static func size(_ file: String) -> Int {
        (try? FileManager.default.attributesOfItem(atPath: file))?[.size] as? Int ?? 0
    }

    @Test func `a full disk is a fault, and what was written stays readable`() throws {
        let folder = try Simrun.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let process = Process()
        process.executableURL = URL(filePath: "/bin/bash")
        let program = Simrun.root.appending(path: ".build/debug/simrun").path
        // The shell's limit on file sizes, in kibibytes, is as good as a full disk.
        process.arguments = [
            "-c",
            "ulimit -f 600; trap '' XFSZ; exec '\(program)' task reach --policy random"
                + " --clock lockstep --until time-limit --episodes 1 --record '\(folder.path)'",
        ]
        process.currentDirectoryURL = Simrun.root
        let errors = Pipe()
        process.standardError = errors
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        let text = String(
            decoding: errors.fileHandleForReading.readDataToEndOfFile(),
            as: UTF8.self
        )
        process.waitUntilExit()
        #expect(process.terminationStatus == 3)
        #expect(text.contains("recording") && text.contains("File too large"), "\(text)")
        let run = try Simrun.run(["replay", folder.path + "/reach-0.mcap", "--json"])
        #expect(run.status == 0, "\(run.errors)")
        let report = try Self.object(run)
        #expect(report["complete"] as? Bool == false)
        #expect((report["ticks"] as? Int ?? 0) > 10)
    }

    @Test func `other files are refused with one clear sentence`() throws {
        for file in ["README.md", "/nowhere.mcap", "/dev/null"] {
            for command in [["replay"], ["why"], ["replay", "--check"]] {
                let run = try Simrun.run(command + [file])
                #expect(run.status == 2)
                #expect(run.errors.contains(file))
            }
        }
    }

    @Test func `a stall that makes an episode fail is named`() throws {
        let folder = try Simrun.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let trace = folder.path + "/stall.trace"
        let plans = (0..<300).map { "0 \($0 == 15 ? 400_000 : 1000)" }
        try ("sense_us infer_us\n" + "episode 0\n" + plans.joined(separator: "\n") + "\n")
            .write(toFile: trace, atomically: true, encoding: .utf8)
        let run = try Simrun.run([
            "task", "conveyor-pick", "--target-speed", "0.3", "--policy", "expert", "--episodes",
            "1", "--latency", "trace:" + trace, "--record", folder.path, "--no-record-images",
            "--json",
        ])
        let episodes = try #require(Self.object(run)["episodes"] as? [[String: Any]])
        #expect(episodes.first?["success"] as? Bool == false)
        // The trace may be gone: what was charged is in the recording.
        try FileManager.default.removeItem(atPath: trace)
        let why = try Simrun.run(["why", folder.path + "/conveyor-pick-0.mcap", "--json"])
        #expect(why.status == 0, "\(why.errors)")
        let report = try Self.object(why)
        #expect(report["class"] as? String == "latency")
        let saved = try #require(report["saved_by"] as? [String: Any])
        #expect(saved["change"] as? String == "without-overrun")
        #expect(saved["charge_us"] as? Double == 400_000)
    }
}
