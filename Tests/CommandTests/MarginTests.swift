import Foundation
import Testing

@testable import simrun

@Suite struct MarginTests {
    /// Episodes of which the first `lost` failed.
    private static func episodes(_ count: Int, lost: Int) -> [Bool] {
        (0..<count).map { $0 >= lost }
    }

    /// A search in which the loss in seeds out of a hundred depends on the delay alone.
    private func search(
        last: Int,
        lost: (Int) -> Int
    ) throws -> (search: DelaySearch, tried: [Int]) {
        var tried: [Int] = []
        var search = DelaySearch(
            baseline: Self.episodes(100, lost: 0),
            tolerance: 0.05,
            last: last
        )
        let done = search.run { step in
            tried.append(step)
            return Self.episodes(100, lost: lost(step))
        }
        #expect(done)
        return (search, tried)
    }

    @Test(arguments: [0, 1, 2, 3, 41, 64, 499, 500])
    func `a sharp edge is found to the step`(edge: Int) throws {
        let (search, tried) = try search(last: 500) { $0 <= edge ? 0 : 90 }
        #expect(search.largest(.observed) == edge)
        #expect(search.largest(.surely) == edge)
        #expect(search.surelyCrossed == min(500, edge + 1))
        #expect(Set(tried).count == tried.count, "no delay is tried twice")
        #expect(tried.count < 25)
    }

    @Test func `a slope gives an interval around the crossing`() throws {
        // One more seed of a hundred fails with every tenth step.
        let (search, _) = try search(last: 500) { min(100, $0 / 10) }
        #expect(search.largest(.observed) == 59)
        #expect(search.largest(.surely) < 59)
        #expect(search.surelyCrossed > 60)
        for step in [search.largest(.surely), search.surelyCrossed] {
            #expect(search.losses[step] != nil, "bounds are delays that were tried")
        }
    }

    @Test func `a dip below the crossing counts once it is seen`() throws {
        // Fails from 100 on, and between 30 and 35 too, which doubling sees at 32.
        let (search, _) = try search(last: 500) { (30...35).contains($0) || $0 >= 100 ? 50 : 0 }
        #expect(search.largest(.observed) == 29)
    }

    @Test func `a loss of exactly five points is within five points`() throws {
        let (search, _) = try search(last: 8) { _ in 5 }
        #expect(search.largest(.observed) == 8)
        #expect(search.largest(.surely) == 0)
    }

    @Test func `a stopped search says so`() {
        var search = DelaySearch(baseline: [true], tolerance: 0.05, last: 4)
        #expect(search.run { _ in nil } == false)
    }

    @Test func `a paired difference keeps its symmetries`() {
        for (a, b, c, d) in [(50, 10, 2, 38), (0, 5, 0, 0), (9, 0, 0, 1), (3, 3, 3, 3)] {
            let one = PairedDifference(both: a, firstOnly: b, secondOnly: c, neither: d)
            let other = PairedDifference(both: a, firstOnly: c, secondOnly: b, neither: d)
            #expect(one.lower <= one.loss && one.loss <= one.upper)
            #expect(abs(one.lower + other.upper) < 1e-12)
            #expect(-1 <= one.lower && one.upper <= 1)
        }
        // Without pairs that differ, a hundred successes still leave room for a few points.
        let even = PairedDifference(both: 100, firstOnly: 0, secondOnly: 0, neither: 0)
        #expect(even.loss == 0 && abs(even.upper - 0.0370) < 5e-4)
    }

    /// The share of all outcomes, weighted by their chance, whose interval holds the truth.
    private func coverage(_ p: [Double], trials: Int) -> Double {
        var logFactorial = [0.0]
        for k in 1...trials { logFactorial.append(logFactorial[k - 1] + log(Double(k))) }
        var covered = 0.0
        for a in 0...trials {
            for b in 0...(trials - a) {
                for c in 0...(trials - a - b) {
                    let counts = [a, b, c, trials - a - b - c]
                    var chance = logFactorial[trials]
                    for (k, q) in zip(counts, p) {
                        chance += Double(k) * log(q) - logFactorial[k]
                    }
                    let interval = PairedDifference(
                        both: a,
                        firstOnly: b,
                        secondOnly: c,
                        neither: counts[3]
                    )
                    let truth = p[1] - p[2]
                    if interval.lower <= truth, truth <= interval.upper { covered += exp(chance) }
                }
            }
        }
        return covered
    }

    @Test(arguments: [
        [0.80, 0.10, 0.05, 0.05], [0.50, 0.30, 0.05, 0.15], [0.25, 0.25, 0.25, 0.25],
    ])
    func `the paired interval holds the truth about 95 times in 100`(p: [Double]) {
        #expect((0.93...0.995).contains(coverage(p, trials: 20)))
    }

    @Test func `the JSON object has the keys of the contract`() throws {
        let run = try Simrun.run([
            "margin", "reach", "--policy", "expert", "--episodes", "2", "--max", "200ms",
            "--resolution", "100ms", "--json", "--p99", "2ms",
        ])
        #expect(run.status == 0, "\(run.errors)")
        let report = try #require(run.json() as? [String: Any])
        #expect(report["task"] as? String == "reach")
        #expect(report["policy"] as? String == "expert")
        #expect(report["success_at_zero"] as? Double == 1)
        #expect(report["own_p99_ms"] as? Double == 2)
        #expect(report["own_p99_source"] as? String == "given")
        let largest = try #require(report["largest_delay_ms"] as? Double)
        #expect(report["margin"] as? Double == largest / 2)
        let bounds = try #require(report["ci95_ms"] as? [Double])
        // Two episodes cannot show that less than five points are lost.
        #expect(bounds.count == 2 && bounds[0] == 0 && bounds[1] >= largest)
        let points = try #require(report["points"] as? [[String: Any]])
        #expect(points.contains { $0["delay_ms"] as? Double == largest } || largest == 0)
    }

    @Test func `the policy's own p99 is measured, and a small margin breaks the gate`() throws {
        let command = [
            "margin", "reach", "--policy", "expert", "--episodes", "1", "--max", "100ms",
            "--resolution", "100ms",
        ]
        let held = try Simrun.run(command + ["--min-margin", "0"])
        #expect(held.status == 0, "\(held.errors)")
        #expect(held.output.contains("own p99") && held.output.contains("measured"))
        let broken = try Simrun.run(command + ["--min-margin", "100", "--p99", "50ms"])
        #expect(broken.status == 1)
        #expect(broken.errors.contains("--min-margin 100"))
        #expect(broken.output.contains("tolerates"))
    }

    @Test func `without success at zero delay there is no margin`() throws {
        let run = try Simrun.run([
            "margin", "reach", "--policy", "random", "--episodes", "1", "--p99", "1ms", "--json",
        ])
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.errors.contains("no 5 points to lose"))
        let report = try #require(run.json() as? [String: Any])
        #expect(report["margin"] as? Double == 0)
        #expect((report["points"] as? [Any])?.isEmpty == true)
    }
}
