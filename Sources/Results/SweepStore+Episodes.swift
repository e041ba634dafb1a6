import Diagnostics
import Foundation
internal import GRDB
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
        let changes = try storage.run(
            """
            INSERT OR IGNORE INTO episodes (cell_id, seed, host_id, attempts, broken, success,
                success_at_end, success_once, success_at_s, end_reason, cause, instruction, ticks,
                misses, elapsed_s, state_hash, tick_p50_us, tick_p99_us, tick_max_us, infer_p50_us,
                infer_p99_us, infer_max_us, stages, wall_s)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                cell, episode.seed, host, episode.attempts,
                broken, result?.success, result?.successAtEnd,
                result?.successOnce, result?.successAtS,
                result?.endReason, result?.cause, result?.instruction,
                result?.ticks, result?.misses, result?.elapsedS,
                result?.stateHash, timing?.tick.p50, timing?.tick.p99,
                timing?.tick.max, timing?.infer.p50,
                timing?.infer.p99, timing?.infer.max,
                try timing.map { try Self.text(of: $0.stages) },
                episode.wallSeconds,
            ]
        )
        guard changes == 1 else { return false }
        try add(timing?.ticks ?? [], episode: try storage.lastRow())
        return true
    }

    private func add(_ ticks: [SweepTick], episode: Int) throws {
        for tick in ticks {
            try storage.run(
                """
                INSERT INTO ticks (episode_id, tick, planned, sense_us, infer_us, rerank_us, act_us,
                    step_us, charge_us, misses)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    episode, tick.tick, tick.planned, tick.sense, tick.infer, tick.rerank, tick.act,
                    tick.step, tick.charge, tick.misses,
                ]
            )
        }
    }

    /// Removes the broken episodes, so that they are tried again.
    ///
    /// - Returns: How many there were.
    public func forgetBroken() throws -> Int {
        try storage.run("DELETE FROM episodes WHERE broken IS NOT NULL")
    }

    /// Seeds that have a row, by cell.
    public func doneSeeds() throws -> [Int: Set<Int>] {
        var done: [Int: Set<Int>] = [:]
        try storage.rows("SELECT cell_id, seed FROM episodes") { row in
            done[try row.integer(0), default: []].insert(try row.integer(1))
        }
        return done
    }

    /// How many episodes there are.
    public func episodeCount() throws -> Int {
        try storage.first("SELECT count(*) FROM episodes") { try $0.integer(0) } ?? 0
    }

    /// The mean wall time of an episode that ran, in seconds; nil before the first.
    public func meanWallSeconds() throws -> Double? {
        try storage.first("SELECT avg(wall_s) FROM episodes WHERE broken IS NULL") {
            try $0.optionalReal(0)
        } ?? nil
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
        try storage.rows(
            """
            SELECT id, host_id, seed, attempts, broken, success, success_at_end, success_once,
                success_at_s, end_reason, cause, instruction, ticks, misses, elapsed_s, state_hash,
                tick_p50_us, tick_p99_us, tick_max_us, infer_p50_us, infer_p99_us, infer_max_us,
                stages, wall_s
            FROM episodes WHERE cell_id = ? ORDER BY seed
            """,
            [cell]
        ) { row in
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

    private func outcome(in row: ResultsRow) throws -> SweepEpisode.Outcome {
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

    private func timing(in row: ResultsRow) throws -> SweepEpisode.Timing? {
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
        try storage.rows(
            """
            SELECT tick, planned, sense_us, infer_us, rerank_us, act_us, step_us, charge_us, misses
            FROM ticks WHERE episode_id = ? ORDER BY tick
            """,
            [id]
        ) { row in
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
