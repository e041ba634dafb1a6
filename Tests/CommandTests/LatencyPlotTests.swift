import Diagnostics
import Foundation
import FoundationXML
import Runtime
import Testing

@testable import simrun

@Suite struct LatencyPlotTests {
    /// A grid of made-up rows.
    static func report(strategies: [String], speeds: [Double?]) throws -> LatencyReport {
        let delays = [0.0, 25, 50, 100, 200, 300]
        var rows: [LatencyRow] = []
        for (panel, speed) in speeds.enumerated() {
            for (index, strategy) in strategies.enumerated() {
                for (column, delay) in delays.enumerated() {
                    let lost = min(100, column * column * (6 - index) / 2 + 4 * panel)
                    rows.append(
                        LatencyRow(
                            latencyMs: delay,
                            execute: strategy,
                            strategy: strategy,
                            targetSpeed: speed,
                            rateHz: 60,
                            seed: 0,
                            episodes: 100,
                            successes: 100 - lost,
                            misses: 0,
                            failedSeeds: (0..<UInt64(lost)).map { $0 }
                        )
                    )
                }
            }
        }
        let head: [String: Any] = [
            "argv": [], "task": "conveyor <&\" pick", "robot": "panda", "policy": "meanflow",
            "hashes": ["task": "", "robot": ""], "clock": "charged", "physics_hz": 1000,
            "reproducible": true, "rows": [], "host": ["cpu": "", "cores": 2, "simd": ""],
            "version": "",
        ]
        var report = try JSONDecoder().decode(
            LatencyReport.self,
            from: JSONSerialization.data(withJSONObject: head)
        )
        report.rows = rows
        return report
    }

    /// Counts of elements by their class.
    private final class Census: NSObject, XMLParserDelegate {
        var counts: [String: Int] = [:]
        func parser(
            _ parser: XMLParser,
            didStartElement element: String,
            namespaceURI: String?,
            qualifiedName: String?,
            attributes: [String: String]
        ) {
            let name = attributes["class"]?.split(separator: " ").first.map(String.init) ?? ""
            counts[element + "." + name, default: 0] += 1
        }
    }

    private func census(_ svg: String) -> [String: Int]? {
        let census = Census()
        let parser = XMLParser(data: Data(svg.utf8))
        parser.delegate = census
        return parser.parse() ? census.counts : nil
    }

    @Test func `each strategy has a line, each point a bar and each paper a mark`() throws {
        let strategies = ["replan", "chunk:8", "async", "ensemble", "rtc", "rollforward"]
        let report = try Self.report(strategies: strategies, speeds: [0.1, 0.2])
        let marks = [PublishedLatency(name: "A & <B>", milliseconds: 86)]
        let svg = LatencyPlot(
            report: report,
            marks: marks + [PublishedLatency(name: "beyond", milliseconds: 301)]
        ).svg
        if let file = ProcessInfo.processInfo.environment["SIMRUN_PLOT"] {
            try svg.write(toFile: file, atomically: true, encoding: .utf8)
        }
        let counts = try #require(census(svg))
        #expect(counts["polyline.line"] == 12)
        #expect(counts["line.bar"] == 72)
        #expect(counts["line.mark"] == 2)
        #expect(svg.contains("A &amp; &lt;B&gt;: 86 ms"))
        #expect(!svg.contains("beyond"))
    }

    @Test func `one strategy at several speeds has a line per speed`() throws {
        let report = try Self.report(strategies: ["replan"], speeds: [0.1, 0.2, 0.3])
        let counts = try #require(census(LatencyPlot(report: report, marks: []).svg))
        #expect(counts["polyline.line"] == 3)
        #expect(counts["text.title"] == 1)
    }

    @Test func `marks are the means of the shipped traces`() throws {
        let folder = Simrun.root.appending(path: "assets/latency").path
        let marks = try PublishedLatency.all(in: folder)
        let published = [
            "MP1": 6.8, "FlowPolicy": 12.6, "Discrete Diffusion VLA": 68.8, "pi0": 86,
            "Simple DP3": 97, "DP3": 132.2, "OpenVLA": 240, "V-GPS, K = 10": 96.3,
        ]
        for (name, value) in published {
            let mark = try #require(marks.first { $0.name == name }, "\(name) is missing")
            #expect(abs(mark.milliseconds - value) < 0.02 * value + 0.05, "\(mark)")
        }
        #expect(marks.map(\.milliseconds) == marks.map(\.milliseconds).sorted())
        #expect(Set(marks.map(\.name)).count == marks.count)
    }

    @Test(arguments: [0.0, 0.3, 1, 7, 100, 300, 999, 3_600_000])
    func `an axis covers its values with a few round ticks`(greatest: Double) {
        let axis = PlotAxis(upTo: greatest)
        #expect(axis.last >= greatest && axis.last > 0)
        #expect((2...9).contains(axis.ticks.count))
        #expect(axis.last <= max(1, greatest) * 1.5 + 0.5)
    }

    @Test func `names over the marks keep off each other`() {
        let spread = LatencyPlot.spread([0, 1, 2, 50, 51], apart: 10)
        #expect(spread == [0, 10, 20, 50, 60])
    }

    @Test func `lists take the unit of their last`() throws {
        let spans = try GridArguments.latencies("0, 300ms,25ms")
        #expect(spans.map(\.printedMilliseconds) == [0, 25, 300])
        #expect(try GridArguments.latencies("0").count == 1)
        #expect(try GridArguments.latencies("0.1,0.25s").map(\.printedMilliseconds) == [100, 250])
        for text in ["", "1,", "1,2", "-5ms", "5ms,5ms", "nanms", "infs", "2h", "5msms"] {
            #expect(throws: InputError.self, "\(text)") { try GridArguments.latencies(text) }
        }
    }

    @Test func `every strategy by default, each once`() throws {
        let eight = try GridArguments.strategies(nil, horizon: 8)
        #expect(eight.map(\.name) == ExecuteArgument.names)
        let one = try GridArguments.strategies(nil, horizon: 1).map(\.value.description)
        #expect(Set(one).count == one.count)
        #expect(throws: InputError.self) {
            try GridArguments.strategies("chunk,chunk:8", horizon: 8)
        }
    }
}
