import Foundation
import Testing

@Suite struct TaskReportTests {
    private func report(_ arguments: String) throws -> [String: Any] {
        let run = try Simrun.run(arguments.split(separator: " ").map(String.init))
        #expect(run.status == 0, "\(run.errors)")
        return try #require(run.json() as? [String: Any])
    }

    @Test func `the JSON object has the keys of the contract`() throws {
        let report = try report("task reach --policy expert --episodes 2 --latency 6.8ms --json")
        let keys = [
            "argv", "task", "robot", "policy", "hashes", "clock", "latency", "execute", "rate_hz",
            "effective_rate_hz", "physics_hz", "reproducible", "episodes", "success_rate",
            "success_ci95", "ticks", "deadline_misses", "latency_us", "charge_us",
            "observation_age_us", "host", "version",
        ]
        for key in keys { #expect(report[key] != nil, "\(key) is missing") }
        #expect(report["clock"] as? String == "charged")
        #expect(report["latency"] as? String == "6.8ms")
        #expect(report["rate_hz"] as? Double == 60)
        #expect(report["physics_hz"] as? Double == 240)
        #expect(report["reproducible"] as? Bool == true)
        let latency = try #require(report["latency_us"] as? [String: [String: Double]])
        for stage in ["sense", "infer", "rerank", "act", "step", "tick", "wakeup"] {
            #expect(latency[stage]?.keys.sorted() == ["max", "mean", "p50", "p90", "p99", "p999"])
        }
        let episodes = try #require(report["episodes"] as? [[String: Any]])
        #expect(episodes.count == 2)
        for key in [
            "seed", "success", "success_at_end", "success_once", "success_at_s", "end_reason",
            "ticks", "misses", "state_hash", "instruction",
        ] {
            #expect(episodes[0][key] != nil, "\(key) is missing")
        }
        #expect((episodes[0]["state_hash"] as? String)?.count == 16)
        // 6.8 ms is more than one timestep of 1/240 s, so two are applied.
        let charge = try #require(report["charge_us"] as? [String: Double])
        #expect(abs((charge["resolution"] ?? 0) - 4166.67) < 0.01)
    }

    @Test func `the same command prints the same episodes, side by side or not`() throws {
        let command = "task pick-place --policy expert --episodes 3 --latency 6.8ms --json"
        let first = try report(command)["episodes"] as? NSArray
        let second = try report(command + " --jobs 2")["episodes"] as? NSArray
        #expect(first != nil && first == second)
    }

    @Test func `a control rate of its own keeps the physics rate at least the task's`() throws {
        let report = try report(
            "task reach --policy expert --episodes 1 --clock lockstep --rate 50 --json"
        )
        #expect(report["rate_hz"] as? Double == 50)
        #expect(report["physics_hz"] as? Double == 250)
        #expect(report["success_rate"] as? Double == 1)
    }

    @Test func `the printed command replays a kept latency trace`() throws {
        let folder = try Simrun.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "run.trace").path
        let run = try Simrun.run([
            "task", "pick-place", "--policy", "expert", "--episodes", "2", "--rate", "50",
            "--until",
            "time-limit", "--json", "--save-latency", file,
        ])
        let measured = try #require(run.json() as? [String: Any])
        let line = try #require(
            run.errors.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
                .first { $0.hasPrefix("simrun task") }
        )
        let replayed = try report(String(line.dropFirst("simrun ".count)))
        #expect(replayed["reproducible"] as? Bool == true)
        #expect(measured["episodes"] as? NSArray == replayed["episodes"] as? NSArray)
    }

    @Test func `a fixed charge is printed exactly`() throws {
        let report = try report("task reach --policy expert --episodes 1 --latency 40ms --json")
        let charge = try #require(report["charge_us"] as? [String: Double])
        #expect(charge["max"] == 40_000)
    }

    @Test func `lists print what exists`() throws {
        let tasks = try #require(
            Simrun.run(["tasks", "--json"]).json() as? [[String: Any]]
        )
        #expect(
            Set(tasks.compactMap { $0["name"] as? String }).isSuperset(of: ["reach", "pick-place"])
        )
        for key in ["robot", "suite", "rate_hz", "instructions", "source"] {
            #expect(tasks[0][key] != nil)
        }
        let robots = try #require(
            Simrun.run(["robots", "--json"]).json() as? [[String: Any]]
        )
        #expect(robots.contains { $0["name"] as? String == "panda" })
        let policies = try #require(
            Simrun.run(["policies", "--json"]).json() as? [[String: Any]]
        )
        for policy in policies {
            #expect(policy["architecture"] as? String == "meanflow")
            #expect((policy["bytes"] as? Int ?? .max) < 12_000_000)
        }
        #expect(policies.count >= 2)
    }
}
