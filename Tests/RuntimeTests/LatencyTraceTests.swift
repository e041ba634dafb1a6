import Foundation
import Diagnostics
import Spatial
import Testing

@testable import Runtime

/// More rounds for the long tests: `SIMRUN_FUZZ_SCALE` times as many.
private let fuzzScale =
    ProcessInfo.processInfo.environment["SIMRUN_FUZZ_SCALE"].flatMap { Int($0) } ?? 1

@Suite struct LatencyTraceTests {
    /// What a meter charges in `count` ticks of an episode that plans in every third.
    private func charges(_ trace: LatencyTrace, seed: UInt64, count: Int) -> [TimeSpan] {
        var meter = LatencyMeter(source: .trace(trace))
        meter.rewind(seed: seed)
        return (0..<count).map { meter.charge(StageTimes(), planned: $0 % 3 == 0) }
    }

    private func tick(_ stages: (Int64, Int64, Int64, Int64), planned: Bool) -> TickTrace {
        var trace = TickTrace()
        trace.planned = planned
        trace.stages.sense = TimeSpan(nanoseconds: stages.0)
        if planned {
            trace.stages.infer = TimeSpan(nanoseconds: stages.1)
            trace.stages.rerank = TimeSpan(nanoseconds: stages.2)
        }
        trace.stages.act = TimeSpan(nanoseconds: stages.3)
        return trace
    }

    @Test func `a plan that was cut short is charged its share of a fixed or traced latency`() {
        let stages = StageTimes()
        var fixed = LatencyMeter(source: .fixed(.milliseconds(40)))
        #expect(fixed.chargePlan(stages, share: 1) == .milliseconds(40))
        #expect(fixed.chargePlan(stages, share: 0.25) == .milliseconds(10))
        var trace = LatencyTrace()
        var row = StageTimes()
        row.infer = .milliseconds(8)
        trace.append(row, planned: true)
        var traced = LatencyMeter(source: .trace(trace))
        #expect(traced.chargePlan(stages, share: 0.5) == .milliseconds(4))
        var measured = LatencyMeter(source: .measured)
        #expect(measured.chargePlan(row, share: 0.5) == .milliseconds(8))
        #expect(trace.medianPlan == .milliseconds(8))
    }

    @Test func `a trace survives its text to the nanosecond`() throws {
        var random = RandomStream(seed: 1)
        var written = LatencyTraceText()
        var trace = LatencyTrace()
        for episode in 0..<5 {
            written.beginEpisode(seed: UInt64(episode))
            trace.beginEpisode(seed: UInt64(episode))
            for index in 0..<50 {
                // Up to 1000 s, the most that a file may say.
                var draw: Int64 { Int64(random.next() % (1 << (random.next() % 39))) }
                let row = tick((draw, draw, draw, draw), planned: index % 3 == 0)
                written.append(row)
                trace.append(row.stages, planned: row.planned)
            }
        }
        let read = try LatencyTrace(text: written.text)
        #expect(read == trace)
        for seed: UInt64 in [0, 3, 4, 99] {
            #expect(charges(read, seed: seed, count: 120) == charges(trace, seed: seed, count: 120))
        }
    }

    @Test func `each seed gets its own episode's rows`() throws {
        let trace = try LatencyTrace(
            text: """
                # of an afternoon
                sense_us infer_us rerank_us act_us
                episode 4
                100 1000 10 1   # a comment
                200 - - 2

                episode 5
                300 3000 30 3
                400 - - 4
                """
        )
        let microseconds = { (values: [Double]) in values.map(TimeSpan.microseconds) }
        #expect(charges(trace, seed: 4, count: 3) == microseconds([1111, 202, 303]))
        // Past the end the rows start again.
        #expect(charges(trace, seed: 5, count: 4) == microseconds([3333, 404, 101, 1212]))
        // A seed without rows draws where to start, always the same.
        #expect(charges(trace, seed: 77, count: 9) == charges(trace, seed: 77, count: 9))
    }

    @Test func `columns may come in any order and stay out`() throws {
        let trace = try LatencyTrace(text: "infer_us sense_us\r\n20 1\r\n- 2\r\n")
        #expect(trace.perTick == [.microseconds(1), .microseconds(2)])
        #expect(trace.perPlan == [.microseconds(20)])
    }

    @Test func `a trace of ticks without plans charges plans nothing`() throws {
        let trace = try LatencyTrace(text: "sense_us act_us\n1 2\n")
        #expect(charges(trace, seed: 0, count: 2) == [.microseconds(3), .microseconds(3)])
    }

    static let broken: [(text: String, line: Int?, mentions: String)] = [
        ("", nil, "no ticks"),
        ("# nothing\n", nil, "no ticks"),
        ("sense_us act_us\n", nil, "no ticks"),
        ("sense_us acts_us\n1 2\n", 1, "act_us"),
        ("sense_us\n1\nsense_us\n", 3, "sense_us"),
        ("\n\nsense_us sense_us\n1 2\n", 3, "twice"),
        ("sense_us act_us\n1 2\n1\n", 3, "2 columns"),
        ("sense_us act_us\n1 2 3\n", 2, "2 columns"),
        ("sense_us act_us\n1 -2\n", 2, "act_us"),
        ("sense_us act_us\nnan 2\n", 2, "sense_us"),
        ("sense_us act_us\n1 inf\n", 2, "act_us"),
        ("sense_us act_us\n1 1e300\n", 2, "1e9"),
        ("sense_us act_us\n1 1e400\n", 2, "act_us"),
        ("sense_us act_us\n1 two\n", 2, "two"),
        ("sense_us act_us\nepisode\n1 2\n", 2, "episode"),
        ("sense_us act_us\nepisode -4\n1 2\n", 2, "-4"),
        ("sense_us act_us\nepisode 1 2\n1 2\n", 2, "1 2"),
        ("episode 99999999999999999999\n", 1, "whole-number"),
    ]

    @Test(arguments: broken.indices)
    func `a broken trace is refused with its line`(index: Int) throws {
        let (text, line, mentions) = Self.broken[index]
        let error = try #require(throws: InputError.self) { try LatencyTrace(text: text) }
        #expect(error.line == line)
        #expect(error.description.contains(mentions), "\(error)")
    }

    @Test func `no bytes make a trap`() {
        var random = RandomStream(seed: 2)
        let words = [
            "sense_us", "infer_us", "act_us", "episode", "-", "#", "\n", "\r\n", " ", "\t", "1",
            "1e9", "-1", "nan", "0x1p4", "\u{2028}", "\0", "é", "99999999999999999999",
        ]
        var read = 0
        for round in 0..<2000 * fuzzScale {
            var text = round % 2 == 0 ? "sense_us infer_us\n" : ""
            for _ in 0..<random.next() % 40 {
                if random.next() % 4 == 0 {
                    text += String(
                        decoding: [UInt8(truncatingIfNeeded: random.next())],
                        as: UTF8.self
                    )
                } else {
                    text += words[Int(random.next() % UInt64(words.count))]
                }
            }
            guard let trace = try? LatencyTrace(text: text) else { continue }
            read += 1
            for charge in charges(trace, seed: 3, count: 10) { #expect(charge >= .zero) }
        }
        #expect(read > 0)
    }

    @Test func `what is charged is reproducible unless it is measured`() {
        #expect(!LatencySource.measured.isReproducible)
        #expect(LatencySource.free.isReproducible)
        #expect(LatencySource.fixed(.milliseconds(1)).isReproducible)
        #expect(LatencySource.trace(LatencyTrace()).isReproducible)
        #expect(charges(LatencyTrace(), seed: 0, count: 3) == [.zero, .zero, .zero])
    }
}
