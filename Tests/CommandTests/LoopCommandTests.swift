import Foundation
import Testing

@Suite struct LoopCommandTests {
    @Test(arguments: ["--realtime", "--no-realtime"])
    func `a short run accounts for every tick`(grants: String) throws {
        let folder = try Simrun.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let samples = folder.appending(path: "lateness")
        let run = try Simrun.run([
            "loop", "--rate", "100", "--seconds", "0.3", grants, "--json",
            "--samples", samples.path,
        ])
        #expect(run.status == 0, "\(run.errors)")
        let report = try #require(try run.json() as? [String: Any])
        let ticks = try #require(report["ticks"] as? Int)
        let due = try #require(report["ticks_due"] as? Int)
        let misses = try #require(report["misses"] as? Int)
        // The schedule never slips: what did not start was skipped and counted.
        #expect(report["drift_ticks"] as? Int == 0)
        #expect(report["lost_ticks"] as? Int == misses && due - ticks == misses)
        #expect(due >= 30)
        let lines = try String(contentsOf: samples, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == ticks && lines.allSatisfy { (Int64($0) ?? -1) >= 0 })
        let realtime = try #require(report["realtime"] as? [String])
        #expect(realtime.first?.hasPrefix("real time: ") == true)
        if grants == "--no-realtime" { #expect(realtime == ["real time: nothing"]) }
    }

    @Test(arguments: [
        ("loop --plant nul", "null"), ("loop --rate 0", "0.1 Hz"), ("loop --rate nan", "rate"),
        ("loop --seconds 0", "--seconds"), ("loop --seconds nan", "--seconds"),
        ("loop --seconds 86400 --samples lateness", "--samples"), ("loop --robot pandaa", "panda"),
        ("loop --seconds 0.1 --samples /nowhere/at/all", "/nowhere/at/all"),
    ])
    func `bad input is refused in one sentence`(line: String, word: String) throws {
        let run = try Simrun.run(line.split(separator: " ").map(String.init))
        #expect(run.status == 2)
        #expect(run.errors.contains(word), "\(run.errors)")
        #expect(run.output.isEmpty)
    }
}
