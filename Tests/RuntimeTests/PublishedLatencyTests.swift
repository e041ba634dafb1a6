import Foundation
import Testing

@testable import Runtime

/// The traces of published latencies that ship with the project.
@Suite struct PublishedLatencyTests {
    static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "assets/latency")

    /// Mean and standard deviation in milliseconds, as published.
    static let published: [String: (mean: Double, deviation: Double)] = [
        "mp1": (6.8, 0.1), "flowpolicy": (12.6, 1.5), "simple-dp3": (97, 9.2),
        "dp3": (132.2, 11.2), "pi0": (86, 0), "dd-vla": (68.8, 0), "openvla": (240, 0),
        "v-gps-k10": (96.3, 0), "v-gps-k30": (109.6, 0), "v-gps-k50": (119.6, 0),
        "v-gps-k100": (159.6, 0),
    ]

    private func text(_ name: String) throws -> String {
        try String(contentsOf: Self.folder.appending(path: name + ".trace"), encoding: .utf8)
    }

    /// The number behind `# key` in a trace's comments.
    private func header(_ key: String, in text: String) throws -> Double {
        let lines = text.split(separator: "\n").map { $0.split(separator: " ") }
        let line = try #require(lines.first { $0.count == 3 && $0[0] == "#" && $0[1] == key })
        return try #require(Double(line[2]))
    }

    @Test func `each shipped trace is of a published figure`() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
        #expect(Set(files) == Set(Self.published.keys.map { $0 + ".trace" }))
    }

    @Test(arguments: published.keys.sorted())
    func `rows have the mean and spread of their header and of the paper`(name: String) throws {
        let text = try text(name)
        let figure = try #require(Self.published[name])
        #expect(try header("mean_ms", in: text) == figure.mean)
        #expect(try header("sd_ms", in: text) == figure.deviation)
        #expect(text.contains("# source: "))

        let trace = try LatencyTrace(text: text)
        let rows = trace.perPlan.map(\.milliseconds)
        let mean = rows.reduce(0, +) / Double(rows.count)
        let variance = rows.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(rows.count)
        #expect(rows.count == (figure.deviation > 0 ? 200 : 1))
        #expect(abs(mean - figure.mean) < 1e-3)
        #expect(abs(variance.squareRoot() - figure.deviation) < 1e-3)
        // Only plans cost: a paper's figure is of the policy's network alone.
        #expect(trace.perTick.allSatisfy { $0 == .zero })
        #expect(rows.count == trace.perTick.count)
    }

    @Test func `what the Python probe writes is read`() throws {
        let trace = try LatencyTrace(
            text: """
                # measured in Python: 3 ticks, 1 dropped; microseconds
                sense_us infer_us rerank_us act_us
                episode 7
                812.250 6800.500 - 30.001
                800.000 - - -
                episode 8
                - 10.000 2.500 1.000

                """
        )
        var meter = LatencyMeter(source: .trace(trace))
        meter.rewind(seed: 7)
        #expect(meter.charge(StageTimes(), planned: true) == .microseconds(7642.751))
        #expect(meter.charge(StageTimes(), planned: false) == .microseconds(800))
        meter.rewind(seed: 8)
        #expect(meter.charge(StageTimes(), planned: true) == .microseconds(13.5))
    }
}
