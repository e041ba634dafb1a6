import Foundation
import Testing

@Suite struct SuiteTests {
    private func json(_ arguments: [String]) throws -> Any {
        let run = try Simrun.run(arguments + ["--json"])
        #expect(run.status == 0, "\(run.errors)")
        return try run.json()
    }

    @Test func `the suites that people know are there`() throws {
        let rows = try #require(json(["tasks"]) as? [[String: Any]])
        var suites: [String: Set<String>] = [:]
        for row in rows {
            let suite = try #require(row["suite"] as? String)
            suites[suite, default: []].insert(try #require(row["name"] as? String))
            guard ["mt10-style", "mp1-hard-style"].contains(suite) else { continue }
            let source = try #require(row["source"] as? String)
            #expect(source.contains("Meta-World v3") && source.contains("What differs"))
        }
        #expect(
            suites["mt10-style"] == [
                "reach", "push", "pick-place", "door-open", "drawer-open", "drawer-close",
                "button-press-topdown", "peg-insert-side", "window-open", "window-close",
            ]
        )
        #expect(
            suites["mp1-hard-style"] == [
                "assembly", "disassemble", "hammer", "shelf-place", "stick-push", "sweep-into",
            ]
        )
    }

    /// Contacts, hinges, sliders and springs; `make test-long` does it for every task.
    @Test(arguments: ["door-open", "button-press-topdown", "hammer"])
    func `two processes come to the same state`(task: String) throws {
        let hashes = try (0..<2).map { (_) -> String in
            let arguments = ["--policy", "expert", "--episodes", "1", "--clock", "lockstep"]
            let report = try #require(json(["task", task] + arguments) as? [String: Any])
            let episodes = try #require(report["episodes"] as? [[String: Any]])
            #expect(episodes[0]["success"] as? Bool == true)
            #expect(episodes[0]["steady"] as? Bool == true)
            return try #require(episodes[0]["state_hash"] as? String)
        }
        #expect(hashes[0] == hashes[1])
    }
}
