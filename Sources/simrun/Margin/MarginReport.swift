import Runtime

/// The JSON object of `simrun margin --json`.
struct MarginReport: Encodable {
    /// One delay that was tried.
    struct Point: Encodable {
        var delayMs: Double
        var successRate: Double
        var ci95: [Double]
        /// Success at zero delay less success here, as a rate.
        var loss: Double
        var lossCI95: [Double]
        var misses: Int

        enum CodingKeys: String, CodingKey {
            case ci95, loss, misses
            case delayMs = "delay_ms"
            case successRate = "success_rate"
            case lossCI95 = "loss_ci95"
        }
    }

    /// Where the policy's own p99 comes from.
    enum Source: String, Encodable {
        case measured, given
    }

    var argv: [String]
    var task: String
    var robot: String
    var policy: String
    var hashes: TaskReport.Hashes
    var execute: String
    var targetSpeed: Double?
    var episodes: Int
    var seed: UInt64
    var successAtZero: Double
    /// The success rate that may be lost.
    var tolerance: Double
    var largestDelayMs: Double
    var ci95Ms: [Double]
    /// The largest delay that was looked at; a largest delay of this much is "at least".
    var maxMs: Double
    var resolutionMs: Double
    var ownP99Ms: Double
    var ownP99Source: Source
    var margin: Double
    /// Delays in ascending order.
    var points: [Point]
    var host: TaskReport.Host
    var version: String

    enum CodingKeys: String, CodingKey {
        case argv, task, robot, policy, hashes, execute, episodes, seed, tolerance, margin, points
        case host, version
        case targetSpeed = "target_speed"
        case successAtZero = "success_at_zero"
        case largestDelayMs = "largest_delay_ms"
        case ci95Ms = "ci95_ms"
        case maxMs = "max_ms"
        case resolutionMs = "resolution_ms"
        case ownP99Ms = "own_p99_ms"
        case ownP99Source = "own_p99_source"
    }

    /// Whether nothing up to the largest delay that was looked at cost too much.
    var reachesMaximum: Bool { largestDelayMs >= maxMs }

    /// What people read.
    var lines: [String] {
        var lines = [
            "\(task) on \(robot), policy \(policy), execute \(execute)"
                + (targetSpeed.map { ", target speed \($0) m/s" } ?? ""),
            "\(episodes) episodes a delay, seeds \(seed) to \(seed + UInt64(episodes) - 1),"
                + " delays in steps of \(resolutionMs.short) ms",
            "",
            "delay".right(12) + "success".right(9) + "loss".right(9) + "  95 %",
        ]
        lines += points.map { point in
            "\(point.delayMs.short) ms".right(12) + point.successRate.text(3).right(9)
                + point.loss.text(3).right(9)
                + "  \(point.lossCI95[0].text(3)) to \(point.lossCI95[1].text(3))"
        }
        let most = reachesMaximum ? "at least " : ""
        lines += [
            "",
            "success at zero delay \(successAtZero.text(3))",
            "tolerates \(most)\(largestDelayMs.short) ms"
                + "  (95 % \(ci95Ms[0].short) to \(ci95Ms[1].short) ms);"
                + " own p99 \(ownP99Ms.short) ms (\(ownP99Source.rawValue));"
                + " margin \(most)\(margin.text(margin < 10 ? 1 : 0))",
        ]
        return lines
    }
}
