import Diagnostics
import Foundation
import Runtime
import Tasks

/// A grid of delays, strategies and speeds over one loaded task and policy, paired by seed.
struct LatencyGrid {
    private struct Cell {
        var plan: RunPlan
        /// The row but for its outcome.
        var blank: LatencyRow

        func row(_ episodes: [RunResult.Episode]) -> LatencyRow {
            var row = blank
            row.successes = episodes.count(where: \.result.success)
            row.misses = episodes.reduce(0) { $0 + $1.result.misses }
            row.failedSeeds = episodes.filter { !$0.result.success }.map(\.result.seed)
            return row
        }
    }

    private let cells: [Cell]

    /// Cells in the order of tables: speed, strategy, delay.
    ///
    /// - Parameter speeds: In metres per second; empty for the task's own.
    init(
        plan: RunPlan,
        latencies: [TimeSpan],
        strategies: [GridArguments.Strategy],
        speeds: [Double]
    ) throws(InputError) {
        let asked = speeds.isEmpty ? [nil] : speeds.map(Optional.some)
        try GridArguments.check(
            cells: latencies.count * strategies.count * asked.count,
            episodes: plan.options.episodes
        )
        var cells: [Cell] = []
        for speed in asked {
            for strategy in strategies {
                for delay in latencies {
                    cells.append(try Self.cell(plan, delay, strategy, speed))
                }
            }
        }
        self.cells = cells
    }

    var count: Int { cells.count }

    private static func cell(
        _ plan: RunPlan,
        _ delay: TimeSpan,
        _ strategy: GridArguments.Strategy,
        _ speed: Double?
    ) throws(InputError) -> Cell {
        let plan = try plan.varied(delay: delay, execution: strategy.value, targetSpeed: speed)
        return Cell(
            plan: plan,
            blank: LatencyRow(
                latencyMs: delay.printedMilliseconds,
                execute: strategy.name,
                strategy: strategy.value.description,
                targetSpeed: plan.setup.targetSpeed,
                rateHz: plan.configuration.rate.hertz,
                seed: plan.options.seed,
                episodes: plan.options.episodes,
                successes: 0,
                misses: 0,
                failedSeeds: []
            )
        )
    }

    /// Runs the cells that `known` lacks; gives all that are whole, in the order of tables.
    ///
    /// - Parameters:
    ///   - known: Rows of an earlier run.
    ///   - jobs: Episodes side by side.
    ///   - finished: Called with each new row.
    func run(
        known: [LatencyRow],
        jobs: Int,
        finished: (LatencyRow) throws -> Void
    ) throws -> [LatencyRow] {
        var rows = Dictionary(known.map { ($0.key, $0) }) { _, last in last }
        let missing = cells.filter { rows[$0.blank.key] == nil }
        try EpisodePool(plans: missing.map(\.plan), jobs: jobs).run { index, episodes in
            let row = missing[index].row(episodes)
            rows[row.key] = row
            try finished(row)
        }
        return cells.compactMap { cell in
            guard var row = rows[cell.blank.key] else { return nil }
            row.execute = cell.blank.execute
            return row
        }
    }

    /// How many of the cells `known` already holds.
    func countKnown(in known: [LatencyRow]) -> Int {
        let keys = Set(known.map(\.key))
        return cells.count { keys.contains($0.blank.key) }
    }
}
