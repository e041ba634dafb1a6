import Foundation
import Results
import Testing

@Suite struct SweepCommandTests {
    private static let small = """
        name: small
        seeds: 0 to 3
        tasks: [reach]
        policies: [expert, random]
        latencies: [free, 40 ms]
        """

    /// Ten in the long tests.
    private static let kills =
        ProcessInfo.processInfo.environment["SIMRUN_KILLS"].flatMap(Int.init) ?? 3

    private func episodes(_ run: Simrun) throws -> [[String: Any]] {
        #expect(run.status == 0, "\(run.errors)")
        let report = try #require(run.json() as? [String: Any])
        return try #require(report["rows"] as? [[String: Any]])
    }

    @Test func `workers do not change the table, and a row is what simrun task makes of it`() throws
    {
        try SweepTesting.with(Self.small) { sweep in
            let one = try sweep.run(["--jobs", "1", "--json"])
            let other = sweep.folder.appending(path: "other").path
            let two = try sweep.run(["--jobs", "2", "--json"], out: other)
            #expect(one.output == two.output)
            #expect(try sweep.rows() == sweep.rows(of: other))
            let rows = try episodes(one)
            #expect(rows.count == 4)
            let task = try Simrun.run(
                "task reach --policy expert --episodes 4 --latency 40ms --json"
                    .split(separator: " ").map(String.init)
            )
            let report = try #require(task.json() as? [String: Any])
            #expect(report["success_rate"] as? Double == rows[1]["success_rate"] as? Double)
            #expect(report["deadline_misses"] as? Int == rows[1]["misses"] as? Int)
            let hashes = (report["episodes"] as? [[String: Any]])?
                .compactMap { $0["state_hash"] as? String }
            let kept = try sweep.rows().filter { $0.contains("40ms") && $0.contains("expert") }
            #expect(kept.count == 4)
            for (row, hash) in zip(kept, hashes ?? []) { #expect(row.contains(hash)) }
        }
    }

    @Test func `a finished sweep runs nothing again, and may be extended`() throws {
        try SweepTesting.with(Self.small) { sweep in
            let first = try sweep.run()
            #expect(first.status == 0, "\(first.errors)")
            #expect(first.errors.contains("16 episodes in 4 cells"))
            #expect(first.errors.contains("expected time"))
            let again = try sweep.run()
            #expect(again.output == first.output)
            #expect(!again.errors.contains("expected time"))
            try sweep.write(Self.small.replacing("0 to 3", with: "[0 to 3, 7]"))
            let more = try sweep.run(["--json"])
            #expect(try episodes(more).allSatisfy { $0["episodes"] as? Int == 5 })
            try sweep.write(Self.small.replacing("0 to 3", with: "0 to 2"))
            let less = try sweep.run()
            #expect(less.status == 2)
            #expect(less.errors.contains("no seed 3"), "\(less.errors)")
        }
    }

    @Test func `a changed task is refused by its hash`() throws {
        try SweepTesting.with("") { sweep in
            let task = sweep.folder.appending(path: "mine.yaml").path
            let text = try String(
                contentsOf: Simrun.root.appending(path: "tasks/reach.yaml"),
                encoding: .utf8
            ).replacing("name: reach", with: "name: mine")
            try Data(text.utf8).write(to: URL(filePath: task))
            try sweep.write(
                "name: n\nseeds: 0 to 1\ntasks: [\(task)]\npolicies: [expert]\nlatencies: [free]\n"
            )
            let first = try sweep.run()
            #expect(first.status == 0, "\(first.errors)")
            try Data((text + "# changed\n").utf8).write(to: URL(filePath: task))
            let second = try sweep.run()
            #expect(second.status == 2)
            #expect(second.errors.contains("another task file"), "\(second.errors)")
        }
    }

    /// Kills a sweep at a random point, workers and all, and goes on.
    @Test func `killed at random points, it ends as if nothing had been`() throws {
        let yaml = Self.small.replacing("0 to 3", with: "0 to 9")
            .replacing("[expert, random]", with: "[expert]")
        try SweepTesting.with(yaml) { sweep in
            let whole = sweep.folder.appending(path: "whole").path
            let wanted = try sweep.run(["--json"], out: whole)
            #expect(wanted.status == 0, "\(wanted.errors)")
            var kills = 0
            for _ in 0..<Self.kills {
                let target = Int.random(in: 1...18)
                let before = sweep.count
                let killed = try kill(sweep) { sweep.count >= target }
                if killed { kills += 1 }
                #expect(sweep.count >= before, "an episode was lost")
            }
            #expect(kills > 0)
            let last = try sweep.run(["--json"])
            #expect(last.output == wanted.output)
            let rows = try sweep.rows()
            #expect(Set(rows).count == rows.count)
            #expect(rows == (try sweep.rows(of: whole)))
        }
    }

    /// Starts the sweep and kills it with SIGKILL; false when it ended first.
    private func kill(_ sweep: SweepTesting, when isDue: () -> Bool) throws -> Bool {
        let process = Process()
        process.executableURL = Simrun.program
        process.arguments = ["sweep", sweep.file, "--out", sweep.out, "--jobs", "2"]
        process.currentDirectoryURL = Simrun.root
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        while process.isRunning, !isDue() { usleep(20_000) }
        let runs = process.isRunning
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        return runs
    }

    @Test func `shards run by hand and merged are the local run`() throws {
        try SweepTesting.with(Self.small) { sweep in
            let whole = sweep.folder.appending(path: "whole").path
            let wanted = try sweep.run(["--json"], out: whole)
            // What a launcher does first: plans, so that the results say what is asked for.
            let store = try SweepStore(path: whole + "/sweep.sqlite", mode: .read)
            try FileManager.default.createDirectory(
                atPath: sweep.out,
                withIntermediateDirectories: true
            )
            let main = try SweepStore(path: sweep.out + "/sweep.sqlite", mode: .create)
            _ = try main.plan(store.cells().map(\.cell))
            try main.setTitle(try #require(try store.title()))
            try main.seal()
            for shard in 0..<3 {
                let run = try sweep.run(["--shard", "\(shard)/3"])
                #expect(run.status == 0, "\(run.errors)")
            }
            let merged = try Simrun.run(["sweep", "--merge", "--out", sweep.out, "--json"])
            #expect(merged.status == 0, "\(merged.errors)")
            #expect(merged.output == wanted.output)
            #expect(try sweep.rows() == sweep.rows(of: whole))
            let again = try Simrun.run(["sweep", "--merge", "--out", sweep.out, "--json"])
            #expect(again.output == wanted.output && again.errors.contains("0 episodes merged"))
        }
    }

    @Test func `an episode that crashes or hits a fault takes no other down`() throws {
        let yaml = """
            name: drills
            seeds: 0 to 1
            tasks: [reach]
            latencies: [free]
            options: [default, "--drill crash:1", "--drill throw:1"]
            """
        try SweepTesting.with(yaml) { sweep in
            let run = try sweep.run(["--jobs", "2", "--json"])
            #expect(run.status == 3)
            #expect(run.errors.contains("--retry-broken"))
            let report = try #require(run.json() as? [String: Any])
            let rows = try #require(report["rows"] as? [[String: Any]])
            #expect(rows.map { $0["broken"] as? Int } == [0, 2, 2])
            #expect(rows.allSatisfy { $0["episodes"] as? Int == 2 })
            let store = try SweepStore(path: sweep.out + "/sweep.sqlite", mode: .read)
            let reasons = try store.brokenReasons().map(\.reason).joined(separator: "\n")
            for words in ["ended by signal", "policy: drill"] {
                #expect(reasons.contains(words), "\(reasons)")
            }
            var attempts: Set<Int> = []
            for cell in try store.cells() where cell.cell.run.options.contains("crash") {
                try store.episodes(ofCell: cell.id) { attempts.insert($0.episode.attempts) }
            }
            #expect(attempts == [2])
        }
    }

    @Test func `an episode that hangs is given up after two tries`() throws {
        let yaml = """
            name: hung
            seeds: [0]
            tasks: [reach]
            clock: lockstep
            until: time-limit
            options: ["--drill hang:0"]
            """
        try SweepTesting.with(yaml) { sweep in
            let run = try sweep.run(["--episode-timeout", "3s"])
            #expect(run.status == 3)
            #expect(run.errors.contains("1: no answer within 3 s"), "\(run.errors)")
        }
    }

    @Test func `two runs do not share one folder`() throws {
        try SweepTesting.with(Self.small) { sweep in
            try FileManager.default.createDirectory(
                atPath: sweep.out,
                withIntermediateDirectories: true
            )
            let lock = open(sweep.out + "/sweep.sqlite.lock", O_CREAT | O_RDWR, 0o644)
            defer { close(lock) }
            #expect(flock(lock, LOCK_EX | LOCK_NB) == 0)
            let run = try sweep.run()
            #expect(run.status == 2 && run.errors.contains("another simrun"), "\(run.errors)")
        }
    }

    @Test func `an interrupted sweep says what is kept`() throws {
        try SweepTesting.with(Self.small.replacing("0 to 3", with: "0 to 999")) { sweep in
            let run = try Simrun.run(
                ["sweep", sweep.file, "--out", sweep.out],
                interruptWhen: { sweep.count > 3 }
            )
            #expect(run.status == 130)
            #expect(run.errors.contains("the same command goes on"), "\(run.errors)")
            #expect(try sweep.rows().count > 3)
        }
    }

    @Test func `the shipped examples are well formed`() throws {
        let folder = Simrun.root.appending(path: "examples/sweeps").path
        let files = try FileManager.default.contentsOfDirectory(atPath: folder)
        #expect(files.count >= 2)
        for file in files where file.hasSuffix(".yaml") {
            let run = try Simrun.run(["sweep", folder + "/" + file, "--dry-run"])
            #expect(run.status == 0, "\(run.errors)")
            #expect(run.output.contains("episodes in"))
        }
    }
}
