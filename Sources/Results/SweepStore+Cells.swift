import Diagnostics
import Foundation
internal import GRDB
import Runtime

extension SweepStore {
    /// A cell with its row.
    public struct StoredCell: Equatable, Sendable {
        /// The row.
        public var id: Int
        /// The cell.
        public var cell: SweepCell
    }

    /// Every cell, in the order of tables.
    public func cells() throws -> [StoredCell] {
        var cells: [StoredCell] = []
        try storage.rows(
            """
            SELECT id, key, task, robot, policy, clock, latency, latency_ms, execute, rate_hz,
                policy_rate_hz, physics_hz, target_speed, instruction, until, options, reproducible,
                task_sha256, robot_hash, policy_sha256, latency_sha256, arguments, seeds
            FROM cells ORDER BY ordinal, id
            """
        ) { row in
            cells.append(StoredCell(id: try row.integer(0), cell: try cell(in: row)))
        }
        return cells
    }

    private func cell(in row: ResultsRow) throws -> SweepCell {
        let arguments = try? JSONDecoder().decode([String].self, from: Data(row.text(21).utf8))
        guard let arguments, let seeds = SeedRanges(text: try row.text(22)) else {
            throw corrupt("cells")
        }
        let run = SweepCell.Run(
            task: try row.text(2),
            robot: try row.text(3),
            policy: try row.text(4),
            clock: try row.text(5),
            latency: try row.text(6),
            latencyMs: try row.optionalReal(7),
            execute: try row.text(8),
            rateHz: try row.real(9),
            policyRateHz: try row.real(10),
            physicsHz: try row.real(11),
            targetSpeed: try row.optionalReal(12),
            instruction: try row.optionalText(13),
            until: try row.text(14),
            options: try row.text(15),
            isReproducible: try row.flag(16)
        )
        let hashes = SweepCell.Hashes(
            task: try row.text(17),
            robot: try row.text(18),
            policy: try row.optionalText(19),
            latency: try row.optionalText(20)
        )
        let cell = SweepCell(run: run, hashes: hashes, arguments: arguments, seeds: seeds)
        guard try row.text(1) == Self.key(of: cell) else { throw corrupt("cells.key") }
        return cell
    }

    static func key(of cell: SweepCell) -> String {
        ContentHash.sha256([UInt8](cell.identity.utf8))
    }

    /// Makes these the sweep's cells, in this order.
    ///
    /// A plan may add cells and seeds to an earlier one. It may not drop or change what has been
    /// run: that would leave results that no file explains.
    ///
    /// - Returns: The rows of the cells, in their order.
    /// - Throws: `InputError` naming the first cell or seed that would be dropped or changed.
    public func plan(_ cells: [SweepCell]) throws -> [Int] {
        try transaction {
            try refuseLosses(cells)
            try storage.run(
                "DELETE FROM cells WHERE id NOT IN (SELECT cell_id FROM episodes)"
            )
            return try cells.enumerated().map { try insert($0.element, ordinal: $0.offset) }
        }
    }

    private func insert(_ cell: SweepCell, ordinal: Int) throws -> Int {
        let run = cell.run
        let hashes = cell.hashes
        let arguments = String(
            decoding: try JSONEncoder().encode(cell.arguments),
            as: UTF8.self
        )
        let key = Self.key(of: cell)
        try storage.run(
            """
            INSERT INTO cells (ordinal, key, task, robot, policy, clock, latency, latency_ms,
                execute, rate_hz, policy_rate_hz, physics_hz, target_speed, instruction, until,
                options, reproducible, task_sha256, robot_hash, policy_sha256, latency_sha256,
                arguments, seeds, planned)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (key) DO UPDATE SET ordinal = excluded.ordinal,
                arguments = excluded.arguments, seeds = excluded.seeds, planned = excluded.planned
            """,
            [
                ordinal, key, run.task, run.robot, run.policy,
                run.clock, run.latency, run.latencyMs, run.execute,
                run.rateHz, run.policyRateHz, run.physicsHz,
                run.targetSpeed, run.instruction, run.until,
                run.options, run.isReproducible, hashes.task,
                hashes.robot, hashes.policy, hashes.latency,
                arguments, cell.seeds.text, cell.seeds.seeds.count,
            ]
        )
        let id = try storage.first("SELECT id FROM cells WHERE key = ?", [key]) {
            try $0.integer(0)
        }
        guard let id else { throw corrupt("cells") }
        return id
    }

    private func refuseLosses(_ cells: [SweepCell]) throws {
        let planned = Dictionary(cells.map { (Self.key(of: $0), $0) }) { first, _ in first }
        let places = Dictionary(cells.map { ($0.place, $0) }) { first, _ in first }
        for stored in try self.cells() {
            let seeds = try seeds(ofCell: stored.id)
            guard !seeds.isEmpty else { continue }
            let name = stored.cell.run.words
            guard let cell = planned[Self.key(of: stored.cell)] else {
                if let changed = places[stored.cell.place] {
                    throw drop(
                        "the files that its episodes rest on",
                        "another \(stored.cell.hashes.difference(to: changed.hashes)) for \(name)"
                    )
                }
                throw drop("every cell that has been run", "none for \(name)")
            }
            if let seed = Set(seeds).subtracting(cell.seeds.seeds).min() {
                throw drop("every seed that has been run", "no seed \(seed) for \(name)")
            }
        }
    }

    private func drop(_ expected: String, _ found: String) -> InputError {
        InputError(
            file: path,
            expected: expected + " (a sweep's file may be extended; else take another --out)",
            found: found
        )
    }

    /// Seeds of a cell that have a row.
    func seeds(ofCell id: Int) throws -> [Int] {
        var seeds: [Int] = []
        try storage.rows("SELECT seed FROM episodes WHERE cell_id = ? ORDER BY seed", [id]) {
            seeds.append(try $0.integer(0))
        }
        return seeds
    }
}

extension SweepCell.Run {
    /// The cell in words, for messages.
    public var words: String {
        var words = [task, "on", robot, "by", policy + ",", clock, latency + ",", execute]
        if let targetSpeed { words += ["at \(targetSpeed) m/s"] }
        if let instruction { words += ["told \"\(instruction.prefix(60))\""] }
        if !options.isEmpty { words += [options] }
        return words.joined(separator: " ")
    }
}

extension SweepCell.Hashes {
    /// What differs between two sets of digests, in a word.
    fileprivate func difference(to other: SweepCell.Hashes) -> String {
        if task != other.task { return "task file" }
        if robot != other.robot { return "robot" }
        return policy != other.policy ? "policy" : "latency trace"
    }
}
