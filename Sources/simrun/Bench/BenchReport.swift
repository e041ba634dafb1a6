import Foundation
import Inference

/// What `simrun bench` prints.
struct BenchReport: Encodable {
    /// One core's limits.
    struct Limits: Encodable {
        struct Reading: Encodable {
            var bytes: Double
            var gbps: Double
        }

        /// Of floats.
        var gflops: Double
        /// From main memory.
        var gbps: Double
        /// By what is multiplied.
        var gflopsByDtype: [String: Double]
        /// By working set.
        var gbpsByBytes: [Reading]

        enum CodingKeys: String, CodingKey {
            case gflops = "gflops_1core"
            case gbps = "gbps_1core"
            case gflopsByDtype = "gflops_1core_by_dtype"
            case gbpsByBytes = "gbps_1core_by_bytes"
        }

        init(_ limits: MachineLimits) {
            gflops = limits.floatGigaflops
            gbps = limits.bandwidths.last?.gigabytes ?? 0
            gflopsByDtype = Dictionary(
                uniqueKeysWithValues: WeightFormat.allCases.map {
                    ($0.rawValue, limits.gigaflops($0))
                }
            )
            gbpsByBytes = limits.bandwidths.map { Reading(bytes: $0.bytes, gbps: $0.gigabytes) }
        }
    }

    var host: TaskReport.Host
    var limits: Limits
    var results: [BenchRow]
    /// What the operating system granted, and what not.
    var realtime: [String]
    /// Paced calls per second.
    var pacedHz: Double
    /// Processes that ran or waited to, on average over the last minute, at the end.
    var load: Double

    enum CodingKeys: String, CodingKey {
        case host, limits, results, realtime, load
        case pacedHz = "paced_hz"
    }

    /// The lines for people.
    var lines: [String] {
        let reads = limits.gbpsByBytes.map {
            "\(Self.size($0.bytes)) \($0.gbps.text(0))"
        }
        let dot = limits.gflopsByDtype[WeightFormat.bfloat16Dot.rawValue] ?? limits.gflops
        return realtime + [
            "\(host.cpu), \(host.cores) cores, \(host.simd), load \(load.text(1))",
            "limits of one core: \(limits.gflops.text(0)) GFLOP/s of floats,"
                + " \(dot.text(0)) in bf16-dot;"
                + " reading GB/s: " + reads.joined(separator: ", "),
            "paced: one call each \((1000 / pacedHz).text(1)) ms; hot: in a tight loop;"
                + " GFLOP/s, GB/s of live weights and the share of the nearer limit are hot",
            "",
        ] + BenchRow.table(results)
    }

    private static func size(_ bytes: Double) -> String {
        bytes < 1_048_576 ? "\(Int(bytes) >> 10) KiB" : "\(Int(bytes) >> 20) MiB"
    }

    static var currentLoad: Double {
        var load = 0.0
        return getloadavg(&load, 1) == 1 ? load : 0
    }
}
