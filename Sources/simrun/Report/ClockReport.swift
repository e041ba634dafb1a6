import Diagnostics
import Foundation
import Robots
import Runtime
import Tasks

/// A world as it is typed for `simrun clocks`.
struct World {
    /// Its short name, also that of its folder of videos.
    var name: String
    /// What people read.
    var title: String
    /// The flags of `simrun task` that make it.
    var flags: [String]

    /// - Parameter argument: `lockstep`, or what `--latency` takes.
    init(argument: String) throws(InputError) {
        if argument == "lockstep" {
            name = argument
            title = "waits for the policy (lockstep)"
            flags = ["--clock", "lockstep"]
            return
        }
        let latency: LatencySource
        do {
            latency = try LatencyArgument.source(argument)
        } catch {
            guard error.key == "--latency" else { throw error }
            throw InputError(
                key: "--worlds",
                expected: "lockstep, " + error.expected,
                found: error.found
            )
        }
        name = argument
        switch latency {
        case .measured: title = "moves on, as measured here"
        case .free: title = "moves on, charged nothing"
        case .fixed(let delay): title = "moves on, \(delay.printedMilliseconds.short) ms a plan"
        case .trace(let trace):
            let path = String(argument.dropFirst("trace:".count))
            name = URL(filePath: path).deletingPathExtension().lastPathComponent
            let sum = trace.perPlan.reduce(0) { $0 + $1.milliseconds }
            let mean = sum / Double(max(1, trace.perPlan.count))
            title = "moves on, as \(name).trace, \(mean.text(1)) ms a plan"
        }
        flags = ["--clock", "charged", "--latency=\(argument)"]
    }
}

/// What one world came to.
struct ClockRow {
    var world: World
    var plan: RunPlan
    var run: RunResult
    /// The folder of its video.
    var film: String?
}

/// The table and the JSON of `simrun clocks`.
struct ClockReport: Encodable {
    struct Row: Encodable {
        var world: String
        var title: String
        var clock: String
        var latency: String
        var episodes: Int
        var successes: Int
        var successRate: Double
        var ci95: [Double]
        var misses: Int
        var observationAgeP50Ms: Double
        var plannedTickP99Ms: Double
        var reproducible: Bool
        var video: String?

        enum CodingKeys: String, CodingKey {
            case world, title, clock, latency, episodes, successes, ci95, misses, reproducible
            case video
            case successRate = "success_rate"
            case observationAgeP50Ms = "observation_age_p50_ms"
            case plannedTickP99Ms = "planned_tick_p99_ms"
        }
    }

    var argv = CommandLine.arguments
    var task: String
    var robot: String
    var policy: String
    var execute: String
    var seed: UInt64
    var rows: [Row]
    var host = TaskReport.Host.current
    var version = Version.current

    init(plan: RunPlan, rows: [ClockRow]) {
        task = plan.setup.task.name
        robot = plan.setup.robot.name
        policy = plan.policyName
        execute = plan.configuration.execution.description
        seed = plan.options.seed
        self.rows = rows.map(Row.init)
    }

    /// What people read.
    var lines: [String] {
        let episodes = rows.first?.episodes ?? 0
        let width = (rows.map(\.title.count).max() ?? 0) + 2
        var lines = [
            "\(task) on \(robot), policy \(policy), execute \(execute), \(episodes) episodes each,"
                + " seeds \(seed) to \(seed + UInt64(episodes) - 1)",
            "",
            "the world".left(width) + "success".right(9) + "95 %".right(17) + "misses".right(8)
                + "  obs age p50",
        ]
        lines += rows.map { row in
            row.title.left(width) + "\(row.successes)/\(row.episodes)".right(9)
                + "\(row.ci95[0].text(3)) to \(row.ci95[1].text(3))".right(17)
                + String(row.misses).right(8)
                + "\(row.observationAgeP50Ms.text(1)) ms".right(13)
        }
        let videos = rows.compactMap(\.video)
        if !videos.isEmpty { lines += ["", "videos of the first episodes:"] }
        return lines + videos.map { "  " + $0 }
    }
}

extension ClockReport.Row {
    init(_ row: ClockRow) {
        let plan = row.plan
        let interval = row.run.interval
        self.init(
            world: row.world.name,
            title: row.world.title,
            clock: plan.configuration.clock.rawValue,
            latency: plan.latencyName,
            episodes: row.run.episodes.count,
            successes: row.run.successes,
            successRate: row.run.successRate,
            ci95: [interval.lower, interval.upper],
            misses: row.run.account.missedPeriods,
            observationAgeP50Ms: row.run.account.observationAge.p50 * 1e-3,
            plannedTickP99Ms: row.run.account.summary(of: .plannedTick).p99 * 1e-3,
            reproducible: plan.configuration.isReproducible,
            video: row.film.map { "\($0)/\(plan.setup.task.name)-\(plan.options.seed).mp4" }
        )
    }
}
