import Foundation
import FoundationXML
import Testing

@Suite struct LatencyCommandTests {
    private func run(_ arguments: String, _ more: [String] = []) throws -> Simrun {
        try Simrun.run(arguments.split(separator: " ").map(String.init) + more)
    }

    private func rows(_ run: Simrun) throws -> [[String: Any]] {
        #expect(run.status == 0, "\(run.errors)")
        let report = try #require(run.json() as? [String: Any])
        return try #require(report["rows"] as? [[String: Any]])
    }

    private func edit(_ file: String, _ change: (inout [String: Any]) -> Void) throws {
        let data = try Data(contentsOf: URL(filePath: file))
        var report = try #require(
            JSONSerialization.jsonObject(with: data) as? [String: Any]
        )
        change(&report)
        try JSONSerialization.data(withJSONObject: report).write(to: URL(filePath: file))
    }

    @Test func `the JSON object has the rows of the contract`() throws {
        let rows = try rows(
            run(
                "latency reach --policy expert --latencies 0,40,400ms --execute replan"
                    + " --episodes 1 --seed 3 --json"
            )
        )
        #expect(rows.compactMap { $0["latency_ms"] as? Double } == [0, 40, 400])
        for row in rows {
            #expect(row["execute"] as? String == "replan")
            #expect(row["target_speed"] is NSNull)
            #expect(row["episodes"] as? Int == 1)
            #expect((row["ci95"] as? [Double])?.count == 2)
            #expect(row["misses"] is Int)
            let rate = try #require(row["success_rate"] as? Double)
            let failed = try #require(row["failed_seeds"] as? [Int])
            #expect(failed.count == Int((1 - rate).rounded()))
            #expect(failed.allSatisfy { $0 == 3 })
        }
        #expect(rows[0]["success_rate"] as? Double == 1)
        #expect(rows[0]["misses"] as? Int == 0)
        // 400 ms are 24 periods of 1/60 s, 23 of them lost, at each plan.
        #expect((rows[2]["misses"] as? Int ?? 0) % 23 == 0)
        #expect((rows[2]["misses"] as? Int ?? 0) > 0)
    }

    @Test func `jobs do not change the rows, and a cell is what simrun task makes of it`() throws {
        let grid =
            "latency reach --policy expert --execute replan --latencies 0,100ms --episodes 2 --json --jobs "
        let one = try rows(run(grid + "1")) as NSArray
        let two = try rows(run(grid + "2")) as NSArray
        #expect(one == two)
        let task = try run("task reach --policy expert --episodes 2 --latency 100ms --json")
        let report = try #require(task.json() as? [String: Any])
        let row = try #require(one[1] as? [String: Any])
        #expect(report["deadline_misses"] as? Int == row["misses"] as? Int)
        #expect(report["success_rate"] as? Double == row["success_rate"] as? Double)
    }

    @Test func `a kept cell is not run again`() throws {
        let folder = try Simrun.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "grid.json").path
        let command =
            "latency reach --policy expert --execute replan --episodes 1 --json --out \(file) --latencies "
        #expect(try rows(run(command + "0ms")).count == 1)
        // A mark that only the kept row can carry.
        try edit(file) { report in
            var rows = report["rows"] as? [[String: Any]] ?? []
            rows[0]["misses"] = 777
            report["rows"] = rows
            report["version"] = "an earlier one"
        }
        let again = try run(command + "0,40ms")
        #expect(again.errors.contains("1 of 2 cells"))
        #expect(try rows(again).compactMap { $0["misses"] as? Int }.first == 777)
        // Another number of episodes is another cell; the kept ones stay in the file.
        let other = try run(
            "latency reach --policy expert --execute replan --episodes 2 --json --out \(file) --latencies 0ms"
        )
        #expect(try rows(other)[0]["misses"] as? Int == 0)
        let kept = try JSONSerialization.jsonObject(
            with: Data(contentsOf: URL(filePath: file))
        )
        #expect(((kept as? [String: Any])?["rows"] as? [Any])?.count == 3)
    }

    @Test func `cells of other files are run again, and those of other tasks refused`() throws {
        let folder = try Simrun.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "grid.json").path
        let command =
            " --policy expert --execute replan --episodes 1 --latencies 0ms --json --out \(file)"
        _ = try rows(run("latency reach" + command))
        let foreign = try run("latency pick-place" + command)
        #expect(foreign.status == 2)
        #expect(foreign.errors.contains("task") && foreign.errors.contains("pick-place"))

        try edit(file) { $0["hashes"] = ["task": "other", "robot": "other"] }
        let again = try run("latency reach" + command)
        #expect(again.errors.contains("another version"))
        #expect(try rows(again)[0]["misses"] as? Int == 0)

        try edit(file) { report in
            var rows = report["rows"] as? [[String: Any]] ?? []
            rows[0]["successes"] = 5
            report["rows"] = rows
        }
        let broken = try run("latency reach" + command)
        #expect(broken.status == 2 && broken.errors.contains("rows[0]"), "\(broken.errors)")
        try Data("not JSON".utf8).write(to: URL(filePath: file))
        #expect(try run("latency reach" + command).status == 2)
    }

    @Test func `an interrupted grid keeps its finished cells`() throws {
        let folder = try Simrun.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "grid.json").path
        let delays = (0..<900).map { "\($0)" }.joined(separator: ",") + "us"
        let run = try Simrun.run(
            [
                "latency", "reach", "--policy", "expert", "--execute", "replan", "--episodes", "1",
                "--latencies", delays, "--out", file,
            ],
            interruptWhen: { FileManager.default.fileExists(atPath: file) }
        )
        #expect(run.status == 130)
        #expect(run.errors.contains("of 900 cells are finished"))
        let kept = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: file)))
        let rows = try #require((kept as? [String: Any])?["rows"] as? [Any])
        #expect(rows.count > 0 && rows.count < 900)
    }

    @Test func `the drawing is well-formed and says what it shows`() throws {
        let folder = try Simrun.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "grid.svg").path
        let run = try run(
            "latency reach --policy expert --execute replan --latencies 0,100ms --episodes 1",
            ["--svg", file]
        )
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output.contains("100 ms"))
        let data = try Data(contentsOf: URL(filePath: file))
        #expect(XMLParser(data: data).parse())
        let text = String(decoding: data, as: UTF8.self)
        for words in ["<title", "<desc", "prefers-color-scheme", "MP1: 6.8 ms", "replan", "(ms)"] {
            #expect(text.contains(words), "\(words) is missing")
        }
        #expect(!text.contains("OpenVLA"), "240 ms lies beyond the axis")
    }
}
