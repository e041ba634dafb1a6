import Diagnostics
import Foundation
import Testing

@testable import simrun

@Suite struct SweepFileTests {
    private static let good = """
        name: n
        seeds: 0 to 9
        tasks: [reach]
        policies: [expert]
        latencies: [free, 40 ms]
        """

    private func paths() throws -> SearchPaths {
        try SearchPaths.parse([
            "--robot-path", Simrun.root.appending(path: "robots").path,
            "--task-path", Simrun.root.appending(path: "tasks").path,
            "--policy-path", Simrun.root.appending(path: "assets/policies").path,
        ])
    }

    private func error(_ text: String) throws -> InputError {
        try #require(
            #expect(throws: InputError.self) {
                let file = try SweepFile(text: text, path: "s.yaml")
                _ = try SweepPlan(file: file, paths: paths())
            }
        )
    }

    @Test func `a cell is one of each list, the last list varying fastest`() throws {
        let text = """
            name: n
            seeds: [0 to 2, 7]
            tasks: [reach, pick-place]
            policies: [expert]
            execute: [replan, async]
            latencies: [free, 40 ms]
            """
        let plan = try SweepPlan(file: SweepFile(text: text, path: "s.yaml"), paths: paths())
        #expect(plan.cells.count == 8 && plan.episodeCount == 32)
        let words = plan.cells.map { "\($0.run.task) \($0.run.execute) \($0.run.latency)" }
        #expect(words.prefix(3) == ["reach replan free", "reach replan 40ms", "reach async free"])
        #expect(plan.cells[0].seeds.text == "0-2,7")
        #expect(Set(plan.cells.map(\.identity)).count == 8)
    }

    @Test func `a grid says only what differs`() throws {
        let text = """
            name: n
            seeds: 0 to 1
            tasks: [reach]
            policies: [expert]
            latencies: [free]
            grids:
              - {}
              - tasks: [conveyor-pick]
                target_speeds: [0.1 m/s, 0.2 m/s]
                seeds: [5]
            """
        let plan = try SweepPlan(file: SweepFile(text: text, path: "s.yaml"), paths: paths())
        #expect(plan.cells.map(\.run.targetSpeed) == [nil, 0.1, 0.2])
        #expect(plan.cells.map(\.seeds.seeds) == [[0, 1], [5], [5]])
    }

    @Test func `the same latency is the same cell, however it is written`() throws {
        let text = Self.good.replacing("[free, 40 ms]", with: "[0.04 s, 40 ms]")
        #expect(try error(text).found.contains("again"))
    }

    @Test(
        arguments: [
            ("tasks: [reach]", "tasks: [reech]", 3, "reech"),
            ("tasks: [reach]", "tasks: []", 3, "an empty list"),
            ("tasks: [reach]", "tasks: [reach, reach]", 3, "reach"),
            ("tasks: [reach]", "task: [reach]", 3, "\"task\""),
            ("policies: [expert]", "policies:\n  - expert\n  - exprt", 6, "exprt"),
            ("policies: [expert]", "policies: [meanflow-conveyor-pick]", 4, "conveyor"),
            ("latencies: [free, 40 ms]", "latencies: [free,\n  40]", 6, "40"),
            ("latencies: [free, 40 ms]", "latencies: [40 Hz]", 5, "40 Hz"),
            ("latencies: [free, 40 ms]", "latencies: ['trace:none.trace']", 5, "no file"),
            ("latencies: [free, 40 ms]", "latencies: [measured]", 5, "measured latency"),
            ("latencies: [free, 40 ms]", "clock: wall", 5, "the wall clock"),
            ("latencies: [free, 40 ms]", "clock: lockstep\nlatencies: [40 ms]", 6, "40ms"),
            ("seeds: 0 to 9", "seeds: 9 to 0", 2, "9 to 0"),
            ("seeds: 0 to 9", "seeds: [1, 1]", 2, "1"),
            ("seeds: 0 to 9", "seeds: 0 to 99999999999", 2, "0 to 99999999999"),
            ("seeds: 0 to 9", "seeds: -1", 2, "-1"),
            ("name: n", "name: n\nexecute: [chunk:99]", 2, "99"),
            ("name: n", "name: n\nexecute: [sometimes]", 2, "sometimes"),
            ("name: n", "name: n\ntarget_speeds: [0.1 m/s]", 2, "0.1 m/s"),
            ("name: n", "name: n\nrates: [60]", 2, "60"),
            ("name: n", "name: n\nrobots: [pandda]", 2, "pandda"),
            ("name: n", "name: n\noptions: [--json]", 2, "--json"),
            ("name: n", "name: n\noptions: [--weights int9]", 2, "int9"),
            ("name: n", "name: n\nmeasured: maybe", 2, "maybe"),
            ("name: n", "name: n\nuntil: late", 2, "late"),
            ("name: n", "name: n\nlatences: [free]", 2, "latences"),
        ]
    )
    func `a mistake is told with its line`(
        part: String,
        change: String,
        line: Int,
        found: String
    ) throws {
        let text = Self.good.replacing(part, with: change)
        #expect(text != Self.good)
        let error = try error(text)
        #expect(error.line == line, "\(error)")
        #expect(error.description.contains(found), "\(error)")
    }

    @Test func `a grid of too many episodes is refused before anything is loaded`() throws {
        let text = Self.good.replacing("0 to 9", with: "0 to 999999")
            .replacing(
                "[free, 40 ms]",
                with: "[" + (0..<20).map { "\($0) ms" }.joined(separator: ", ") + "]"
            )
        #expect(try error(text).found.contains("20000000"))
    }

    @Test func `scrambled files never trap`() {
        let seed = Array(Self.good.utf8)
        for _ in 0..<300 {
            var bytes = seed
            for _ in 0..<Int.random(in: 1...8) {
                bytes[.random(in: 0..<bytes.count)] = .random(in: 9...126)
            }
            let text = String(decoding: bytes, as: UTF8.self)
            _ = try? SweepFile(text: text, path: "s.yaml")
        }
    }
}
