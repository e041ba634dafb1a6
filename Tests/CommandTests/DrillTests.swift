import Testing

@Suite(.serialized) struct DrillTests {
    /// - Parameter patience: Long, unless waiting is what is drilled: on a busy machine a plan of a
    ///   debug build may itself outlast the usual patience.
    private func drill(
        _ drill: String,
        execute: String = "replan",
        patience: String = "60s"
    ) throws -> Simrun {
        try Simrun.run([
            "task", "reach", "--episodes", "1", "--clock", "wall", "--drill", drill,
            "--execute", execute, "--until", "time-limit", "--patience", patience,
        ])
    }

    @Test(arguments: ["replan", "async"])
    func `a policy that hangs ends the run with exit 3, its robot at rest`(
        execute: String
    ) throws {
        let result = try drill("hang:2", execute: execute, patience: "500ms")
        #expect(result.status == 3)
        #expect(result.errors.contains("no plan within the loop's patience"))
        #expect(result.errors.contains("brought to rest"))
        // The last ticks are printed.
        #expect(result.errors.contains("tick "))
        #expect(result.output.isEmpty)
    }

    @Test func `a policy that throws ends the run in its own words`() throws {
        let result = try drill("throw:2")
        #expect(result.status == 3 && result.errors.contains("policy: drill"))
        #expect(result.errors.contains("brought to rest") && result.errors.contains("tick "))
    }

    @Test func `a plan that is not finite ends the run`() throws {
        let result = try drill("nan:2")
        #expect(result.status == 3 && result.errors.contains("action chunk is not finite"))
        #expect(result.errors.contains("brought to rest") && result.errors.contains("tick "))
    }

    @Test func `in a world that waits a fault ends the run at once`() throws {
        let result = try Simrun.run([
            "task", "reach", "--episodes", "1", "--clock", "lockstep", "--drill", "throw:2",
        ])
        #expect(result.status == 3 && !result.errors.contains("brought to rest"))
    }

    @Test(arguments: [
        ["--drill", "sleep:2"], ["--drill", "hang"], ["--drill", "nan:-1"], ["--patience", "0ms"],
        ["--patience", "soon"], ["--policy", "expert", "--drill", "nan:2"],
    ])
    func `what cannot be drilled is refused`(flags: [String]) throws {
        let result = try Simrun.run(["task", "reach", "--episodes", "1"] + flags)
        #expect(result.status == 2)
        #expect(flags.contains { $0.hasPrefix("--") && result.errors.contains($0) })
    }

    @Test func `an expert cannot plan beside a world that moves`() throws {
        let result = try Simrun.run([
            "task", "reach", "--policy", "expert", "--clock", "wall", "--execute", "async",
        ])
        #expect(result.status == 2 && result.errors.contains("--execute"))
    }
}
