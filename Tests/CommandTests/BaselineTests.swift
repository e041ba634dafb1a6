import Foundation
import Testing

@testable import simrun

/// A stream of numbers that is the same in every run.
private struct Draws {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func uniform() -> Double {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return Double((z ^ (z >> 31)) >> 11) * 0x1p-53
    }
}

private let host = TaskReport.Host(cpu: "test", cores: 2, simd: "none")

/// A run of 100 episodes whose success and p99 are drawn.
private func run(
    firstSeed: UInt64 = 0,
    success: Double,
    p99: Double = 1000,
    _ draws: inout Draws
) -> ComparedRun {
    let count = 100
    let episodes = (0..<count).map {
        ComparedRun.Episode(seed: firstSeed + UInt64($0), success: draws.uniform() < success)
    }
    // Episodes differ by a third either way, now and then by much more.
    let times = (0..<count).map { _ in
        p99 * (0.7 + 0.6 * draws.uniform()) * (draws.uniform() < 0.03 ? 10 : 1)
    }
    return ComparedRun(
        argv: [],
        task: "t",
        policy: "p",
        hashes: TaskReport.Hashes(task: "", robot: "", policy: nil),
        clock: "lockstep",
        latency: "none",
        execute: "replan",
        episodes: episodes,
        episodeP99Us: ["tick": times],
        latencyUs: ["tick": ComparedRun.Summary(p50: p99 / 2, p99: p99)],
        chargeUs: ComparedRun.Summary(p50: 0, p99: 0),
        host: host,
        version: "test"
    )
}

private let gate = BaselineGate(path: "baseline.json", tolerance: 1.5)

/// How often the gate's verdict on `name` breaks over drawn pairs of runs.
private func broken(
    _ name: String,
    pairs: Int,
    otherSeeds: Bool = false,
    success: (Double, Double) = (0.9, 0.9),
    p99: (Double, Double) = (1000, 1000)
) throws -> Int {
    var count = 0
    for pair in 0..<pairs {
        var draws = Draws(UInt64(pair) &* 1_000_003)
        let first = run(success: success.0, p99: p99.0, &draws)
        let second = run(
            firstSeed: otherSeeds ? 1000 : 0,
            success: success.1,
            p99: p99.1,
            &draws
        )
        let verdicts = gate.verdicts(try RunComparison(first, second, tolerance: gate.tolerance))
        #expect(verdicts.count == 2)
        if verdicts.contains(where: { $0.name.contains(name) && !$0.held }) { count += 1 }
    }
    return count
}

@Suite struct BaselineTests {
    @Test(arguments: [false, true])
    func `success from 0.9 to 0.6 is caught in 19 of 20 runs of 100 episodes`(otherSeeds: Bool)
        throws
    {
        let caught = try broken("success", pairs: 1000, otherSeeds: otherSeeds, success: (0.9, 0.6))
        #expect(caught >= 950)
    }

    @Test(arguments: [false, true])
    func `equal success alarms in one of a thousand`(otherSeeds: Bool) throws {
        for rate in [0.5, 0.9, 1] {
            let alarms = try broken(
                "success",
                pairs: 1000,
                otherSeeds: otherSeeds,
                success: (rate, rate)
            )
            // 4 or more of an expected 1 at most: one chance in fifty, and the draws are fixed.
            #expect(alarms <= 3)
        }
    }

    @Test(arguments: [false, true])
    func `a p99 twice as long is caught, an equal one is not`(otherSeeds: Bool) throws {
        let caught = try broken("p99", pairs: 200, otherSeeds: otherSeeds, p99: (1000, 2000))
        #expect(caught >= 190)
        #expect(try broken("p99", pairs: 1000, otherSeeds: otherSeeds) == 0)
        // A quarter more is within the tolerance.
        #expect(try broken("p99", pairs: 200, otherSeeds: otherSeeds, p99: (1000, 1250)) == 0)
    }

    @Test func `exact tests give the textbook's numbers`() {
        // scipy.stats.binom.sf(35, 42, 0.5)
        #expect(abs(ExactTest.binomialTail(atLeast: 36, of: 42) - 1.4144388842e-6) < 1e-15)
        #expect(ExactTest.mcNemar(lost: 3, gained: 3) == 1)
        #expect(abs(ExactTest.mcNemar(lost: 10, gained: 2) - 0.03857421875) < 1e-12)
        // Fisher's tea: 3 of 4 cups right, one-sided 17/70, two-sided 34/70.
        let (first, second) = ((successes: 3, trials: 4), (successes: 1, trials: 4))
        #expect(abs(ExactTest.fisherLoss(first: first, second: second) - 17.0 / 70) < 1e-12)
        #expect(abs(ExactTest.fisher(first: first, second: second) - 34.0 / 70) < 1e-12)
    }

    @Test func `a run is compared with one of the same task alone, and latency of one machine`()
        throws
    {
        var draws = Draws(1)
        let first = run(success: 1, &draws)
        var other = run(success: 1, &draws)
        other.task = "u"
        #expect(throws: (any Error).self) { try RunComparison(first, other, tolerance: 1.5) }
        other.task = "t"
        other.host.cpu = "another"
        let comparison = try RunComparison(first, other, tolerance: 1.5)
        #expect(comparison.latencies.isEmpty)
        #expect(comparison.latencyNote?.contains("another") == true)
    }
}
