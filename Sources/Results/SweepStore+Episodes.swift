import Diagnostics
import Foundation
import Runtime

extension SweepStore {
    /// Adds an episode with its ticks; an episode that is there already stays as it is.
    ///
    /// Called within a transaction.
    ///
    /// - Returns: Whether it was new.
    @discardableResult
    public func add(_ episode: SweepEpisode, cell: Int, host: Int) throws -> Bool {
        var broken: String?
        if case .broken(let reason) = episode.outcome { broken = reason }
        let result = episode.finished
        let timing = episode.timing
        let changes = try database.statement(
            """
            INSERT OR IGNORE INTO episodes (cell_id, seed, host_id, attempts, broken, success,
                success_at_end, success_once, success_at_s, end_reason, cause, instruction, ticks,
                misses, elapsed_s, state_hash, tick_p50_us, tick_p99_us, tick_max_us, infer_p50_us,
                infer_p99_us, infer_max_us, stages, wall_s)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """
        ).run([
            .integer(cell), .integer(episode.seed), .integer(host), .integer(episode.attempts),
            .optional(broken), .optional(result?.success), .optional(result?.successAtEnd),
            .optional(result?.successOnce), .optional(result?.successAtS),
            .optional(result?.endReason), .optional(result?.cause), .optional(result?.instruction),
            .optional(result?.ticks), .optional(result?.misses), .optional(result?.elapsedS),
            .optional(result?.stateHash), .optional(timing?.tick.p50), .optional(timing?.tick.p99),
            .optional(timing?.tick.max), .optional(timing?.infer.p50),
            .optional(timing?.infer.p99), .optional(timing?.infer.max),
            .optional(try timing.map { try Self.text(of: $0.stages) }),
            .real(episode.wallSeconds),
        ])
        guard changes == 1 else { return false }
        try add(timing?.ticks ?? [], episode: database.lastRow)
        return true
    }

    private func add(_ ticks: [SweepTick], episode: Int) throws {
        let statement = try database.statement(
            """
            INSERT INTO ticks (episode_id, tick, planned, sense_us, infer_us, rerank_us, act_us,
                step_us, charge_us, misses)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """
        )
        for tick in ticks {
            try statement.run([
                .integer(episode), .integer(tick.tick), .flag(tick.planned), .real(tick.sense),
                .real(tick.infer), .real(tick.rerank), .real(tick.act), .real(tick.step),
                .real(tick.charge), .integer(tick.misses),
            ])
        }
    }

    /// Removes the broken episodes, so that they are tried again.
    ///
    /// - Returns: How many there were.
    public func forgetBroken() throws -> Int {
        try database.statement("DELETE FROM episodes WHERE broken IS NOT NULL").run()
    }

    /// Seeds that have a row, by cell.
    public func doneSeeds() throws -> [Int: Set<Int>] {
        var done: [Int: Set<Int>] = [:]
        try database.statement("SELECT cell_id, seed FROM episodes").rows { row in
            done[try row.integer(0), default: []].insert(try row.integer(1))
        }
        return done
    }

    /// How many episodes there are.
    public func episodeCount() throws -> Int {
        try database.statement("SELECT count(*) FROM episodes").first { try $0.integer(0) } ?? 0
    }

    /// The mean wall time of an episode that ran, in seconds; nil before the first.
    public func meanWallSeconds() throws -> Double? {
        try database.statement("SELECT avg(wall_s) FROM episodes WHERE broken IS NULL")
            .first { try $0.optionalReal(0) } ?? nil
    }

    /// An episode with its row and its host's.
    public struct StoredEpisode: Equatable, Sendable {
        /// The row.
        public var id: Int
        /// The host that ran it.
        public var host: Int
        /// The episode; its timing has no ticks.
        public var episode: SweepEpisode
    }

    /// Each episode of a cell, by seed.
    public func episodes(
        ofCell cell: Int,
        each: (StoredEpisode) throws -> Void
    ) throws {
        try database.statement(
            """
            SELECT id, host_id, seed, attempts, broken, success, success_at_end, success_once,
                success_at_s, end_reason, cause, instruction, ticks, misses, elapsed_s, state_hash,
                tick_p50_us, tick_p99_us, tick_max_us, infer_p50_us, infer_p99_us, infer_max_us,
                stages, wall_s
            FROM episodes WHERE cell_id = ? ORDER BY seed
            """
        ).rows([.integer(cell)]) { row in
            try each(
                StoredEpisode(
                    id: row.integer(0),
                    host: row.integer(1),
                    episode: SweepEpisode(
                        seed: row.integer(2),
                        outcome: outcome(in: row),
                        timing: timing(in: row),
                        attempts: row.integer(3),
                        wallSeconds: row.real(23)
                    )
                )
            )
        }
    }

    private func outcome(in row: Statement.Row) throws -> SweepEpisode.Outcome {
        if let broken = try row.optionalText(4) { return .broken(broken) }
        return .finished(
            SweepEpisode.Finished(
                success: try row.flag(5),
                successAtEnd: try row.flag(6),
                successOnce: try row.flag(7),
                successAtS: try row.optionalReal(8),
                endReason: try row.text(9),
                cause: try row.optionalText(10),
                instruction: try row.optionalText(11),
                ticks: try row.integer(12),
                misses: try row.integer(13),
                elapsedS: try row.real(14),
                stateHash: try row.text(15)
            )
        )
    }

    private func timing(in row: Statement.Row) throws -> SweepEpisode.Timing? {
        guard let text = try row.optionalText(22) else { return nil }
        let stages = try? JSONDecoder().decode(LatencyBuckets.self, from: Data(text.utf8))
        guard let stages else { throw corrupt("episodes.stages") }
        func percentiles(_ first: Int) throws -> SweepEpisode.Percentiles {
            SweepEpisode.Percentiles(
                p50: try row.real(first),
                p99: try row.real(first + 1),
                max: try row.real(first + 2)
            )
        }
        return SweepEpisode.Timing(
            tick: try percentiles(16),
            infer: try percentiles(19),
            stages: stages,
            ticks: []
        )
    }

    /// The ticks that were kept of an episode, in order; empty where none were.
    public func ticks(ofEpisode id: Int) throws -> [SweepTick] {
        var ticks: [SweepTick] = []
        try database.statement(
            """
            SELECT tick, planned, sense_us, infer_us, rerank_us, act_us, step_us, charge_us, misses
            FROM ticks WHERE episode_id = ? ORDER BY tick
            """
        ).rows([.integer(id)]) { row in
            ticks.append(
                SweepTick(
                    tick: try row.integer(0),
                    planned: try row.flag(1),
                    sense: try row.real(2),
                    infer: try row.real(3),
                    rerank: try row.real(4),
                    act: try row.real(5),
                    step: try row.real(6),
                    charge: try row.real(7),
                    misses: try row.integer(8)
                )
            )
        }
        return ticks
    }

    private static func text(of stages: LatencyBuckets) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return String(decoding: try encoder.encode(stages), as: UTF8.self)
    }
}

extension SQLValue {
    /// 1, 0 or no value.
    fileprivate static func optional(_ value: Bool?) -> SQLValue {
        value.map(SQLValue.flag) ?? .null
    }
}
