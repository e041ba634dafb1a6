import Foundation
import Testing

/// The tests' tiny discrete-diffusion policy on the command line.
@Suite struct LanguagePolicyCommandTests {
    private static let golden = Simrun.root.appending(path: "Tests/PoliciesTests/Goldens/vla")

    /// Calls `body` with a copy of the policy that says it is for `reach` and looks through one camera.
    private func withPolicy<Result>(_ body: (String) throws -> Result) throws -> Result {
        let folder = try Simrun.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        for file in ["model.safetensors", "vocabulary.json"] {
            try FileManager.default.copyItem(
                at: Self.golden.appending(path: file),
                to: folder.appending(path: file)
            )
        }
        let json = try String(
            contentsOf: Self.golden.appending(path: "policy.json"),
            encoding: .utf8
        )
        .replacing("\"golden\"\n", with: "\"reach\"\n")
        .replacing(/"front",\s+"wrist"/, with: "\"front\"")
        try json.write(
            to: folder.appending(path: "policy.json"),
            atomically: true,
            encoding: .utf8
        )
        return try body(folder.path)
    }

    private func run(_ more: String...) throws -> Simrun {
        try withPolicy { policy in
            try Simrun.run(
                ["task", "reach", "--policy", policy, "--episodes", "1", "--json"] + more
            )
        }
    }

    private func hash(_ run: Simrun) throws -> String {
        #expect(run.status == 0, "\(run.errors)")
        let report = try #require(run.json() as? [String: Any])
        let episodes = try #require(report["episodes"] as? [[String: Any]])
        return try #require(episodes.first?["state_hash"] as? String)
    }

    @Test func `an episode is the same again, and another after fewer rounds`() throws {
        let first = try hash(run("--clock", "lockstep"))
        #expect(try hash(run("--clock", "lockstep")) == first)
        #expect(try hash(run("--clock", "lockstep", "--decode", "rounds=1")) != first)
    }

    @Test func `a budget under a fixed latency is reproducible`() throws {
        let limited = ["--latency", "40ms", "--plan-budget", "20ms"]
        let first = try withPolicy { policy in
            try hash(
                Simrun.run(
                    ["task", "reach", "--policy", policy, "--episodes", "1", "--json"] + limited
                )
            )
        }
        #expect(
            try hash(run("--latency", "40ms", "--plan-budget", "20ms")) == first
        )
        #expect(try hash(run("--latency", "40ms")) != first)
    }

    @Test func `words that the policy does not know are named`() throws {
        let run = try run("--clock", "lockstep", "--instruction", "reach the zebra")
        #expect(run.status == 0)
        #expect(run.errors.contains("zebra"))
    }

    @Test(arguments: [
        (["--plan-budget", "8ms", "--clock", "lockstep"], "--plan-cost"),
        (["--plan-budget", "8ms", "--latency", "free"], "--plan-cost"),
        (["--plan-budget", "8"], "8ms"), (["--plan-cost", "1ms,1ms"], "--plan-budget"),
        (["--plan-budget", "8ms", "--plan-cost", "1ms"], "3ms,1.2ms"),
        (["--decode", "round=3"], "rounds"), (["--decode", "rounds=0"], "1 to 256"),
        (["--statistics", "goldn"], "golden"), (["--plan-threads", "2"], "--plan-threads"),
        (["--instruction", String(repeating: "far ", count: 2600)], "1000 bytes"),
        (["--instruction", ""], "1 to 1000 bytes"), (["--say", ""], "--say"),
    ])
    func `wrong options are refused`(arguments: [String], words: String) throws {
        let run = try withPolicy { policy in
            try Simrun.run(["task", "reach", "--policy", policy] + arguments)
        }
        #expect(run.status == 2)
        #expect(run.errors.contains(words), "\(run.errors)")
        #expect(run.output.isEmpty)
    }

    @Test func `too many words are a fault that says so`() throws {
        let run = try run("--clock", "lockstep", "--say", "a b c d e f g h")
        #expect(run.status == 3)
        #expect(run.errors.contains("more words than the policy reads"))
    }

    @Test func `a task that the statistics do not know is refused with the keys`() throws {
        let policy = Self.golden.path
        let run = try Simrun.run(["task", "reach", "--policy", policy])
        #expect(run.status == 2)
        #expect(run.errors.contains("--statistics KEY, one of golden"))
    }

    @Test func `a missing view is refused before the run`() throws {
        let run = try Simrun.run(
            ["task", "reach", "--policy", Self.golden.path, "--statistics", "golden"]
        )
        #expect(run.status == 2)
        #expect(run.errors.contains("views"), "\(run.errors)")
    }

    @Test func `decoding options are for such policies alone`() throws {
        let run = try Simrun.run(
            ["task", "reach", "--policy", "expert", "--decode", "rounds=3"]
        )
        #expect(run.status == 2)
        #expect(run.errors.contains("discrete-diffusion"))
    }

    @Test func `inspect prints what the numbers mean, policies lists it, serve refuses it`() throws
    {
        let inspect = try Simrun.run(["policy", "inspect", Self.golden.path])
        #expect(inspect.status == 0)
        for words in ["discrete-diffusion", "prefix-lm", "1 is 0.020 m", "-0.500…0.750", "golden"] {
            #expect(inspect.output.contains(words), "\(words)")
        }
        let folder = Self.golden.deletingLastPathComponent().path
        let list = try Simrun.run(["policies", "--json", "--policy-path", folder])
        #expect(list.output.contains("\"architecture\":\"discrete-diffusion\""))
        let serve = try Simrun.run(["serve", "--policy", Self.golden.path])
        #expect(serve.status == 2)
    }
}
