import Results
import Runtime

/// What a sweep came to: the object of `simrun sweep --json`, and its table.
///
/// It holds nothing that two runs of one sweep do not share.
struct SweepReport: Encodable {
    /// A cell and its outcome.
    struct Row: Encodable, Equatable {
        var cell: SweepCell.Run
        var planned: Int
        var tally: SweepTally

        enum CodingKeys: String, CodingKey {
            case task, robot, policy, clock, latency, execute, instruction, until, options, planned
            case episodes, successes, ci95, misses, broken, reproducible
            case latencyMs = "latency_ms"
            case rateHz = "rate_hz"
            case targetSpeed = "target_speed"
            case successRate = "success_rate"
            case failedSeeds = "failed_seeds"
            case brokenSeeds = "broken_seeds"
        }

        func encode(to encoder: any Encoder) throws {
            var row = encoder.container(keyedBy: CodingKeys.self)
            try row.encode(cell.task, forKey: .task)
            try row.encode(cell.robot, forKey: .robot)
            try row.encode(cell.policy, forKey: .policy)
            try row.encode(cell.clock, forKey: .clock)
            try row.encode(cell.latency, forKey: .latency)
            try row.encode(cell.latencyMs, forKey: .latencyMs)
            try row.encode(cell.execute, forKey: .execute)
            try row.encode(cell.rateHz, forKey: .rateHz)
            try row.encode(cell.targetSpeed, forKey: .targetSpeed)
            try row.encode(cell.instruction, forKey: .instruction)
            try row.encode(cell.until, forKey: .until)
            try row.encode(cell.options, forKey: .options)
            try row.encode(cell.isReproducible, forKey: .reproducible)
            try row.encode(planned, forKey: .planned)
            try row.encode(tally.episodes, forKey: .episodes)
            try row.encode(tally.successes, forKey: .successes)
            try row.encode(tally.successRate, forKey: .successRate)
            try row.encode([tally.interval.lower, tally.interval.upper], forKey: .ci95)
            try row.encode(tally.misses, forKey: .misses)
            try row.encode(tally.broken, forKey: .broken)
            try row.encode(tally.failedSeeds, forKey: .failedSeeds)
            try row.encode(tally.brokenSeeds, forKey: .brokenSeeds)
        }
    }

    var name: String
    var rows: [Row]

    /// Reads what a file of results holds.
    init(store: SweepStore) throws {
        name = try store.title()?.name ?? "sweep"
        let tallies = try store.tallies()
        rows = try store.cells().map { stored in
            Row(
                cell: stored.cell.run,
                planned: stored.cell.seeds.seeds.count,
                tally: tallies[stored.id] ?? SweepTally()
            )
        }
    }

    var episodes: Int { rows.reduce(0) { $0 + $1.tally.episodes } }
    var planned: Int { rows.reduce(0) { $0 + $1.planned } }
    var broken: Int { rows.reduce(0) { $0 + $1.tally.broken } }

    enum CodingKeys: String, CodingKey { case name, episodes, planned, broken, rows }

    func encode(to encoder: any Encoder) throws {
        var report = encoder.container(keyedBy: CodingKeys.self)
        try report.encode(name, forKey: .name)
        try report.encode(episodes, forKey: .episodes)
        try report.encode(planned, forKey: .planned)
        try report.encode(broken, forKey: .broken)
        try report.encode(rows, forKey: .rows)
    }
}

/// The table of a sweep that people read.
enum SweepTable {
    struct Column {
        var name: String
        var isLeft = true
        var cells: [String]

        /// Whether the rows differ in it.
        var varies: Bool { Set(cells).count > 1 }
    }

    /// Title, table and what it rests on.
    static func lines(_ report: SweepReport) -> [String] {
        let columns = columns(report.rows)
        var lines = [
            "\(report.name): \(report.episodes) of \(report.planned) episodes in"
                + " \(report.rows.count) cells",
            "",
        ]
        let widths = columns.map { column in
            max(column.name.count, column.cells.map(\.count).max() ?? 0)
        }
        func line(_ cells: [String]) -> String {
            zip(zip(cells, widths), columns).map { cell, column in
                column.isLeft ? cell.0.left(cell.1) : cell.0.right(cell.1)
            }
            .joined(separator: "  ").trimmingSuffix { $0 == " " }
        }
        lines.append(line(columns.map(\.name)))
        for index in report.rows.indices { lines.append(line(columns.map { $0.cells[index] })) }
        return lines + ["", "success with Wilson's 95 % interval; a broken episode is no success"]
    }

    /// What tells cells apart, then what they came to.
    static func columns(_ rows: [SweepReport.Row]) -> [Column] {
        func column(_ name: String, isLeft: Bool = true, _ value: (SweepReport.Row) -> String)
            -> Column
        {
            Column(name: name, isLeft: isLeft, cells: rows.map(value))
        }
        let always = [
            column("task") { $0.cell.task },
            column("policy") { $0.cell.policy },
        ]
        let sometimes = [
            column("robot") { $0.cell.robot },
            column("clock") { $0.cell.clock },
            column("rate") { $0.cell.rateHz.short + " Hz" },
            column("speed") { $0.cell.targetSpeed.map { "\($0) m/s" } ?? "-" },
            column("instruction") { $0.cell.instruction.map { String($0.prefix(40)) } ?? "-" },
            column("options") { $0.cell.options.isEmpty ? "-" : $0.cell.options },
            column("until") { $0.cell.until },
        ].filter(\.varies)
        let outcome = [
            column("execute") { $0.cell.execute },
            column("latency") { $0.cell.latency },
            column("episodes", isLeft: false) { "\($0.tally.episodes)" },
            column("success", isLeft: false) { $0.tally.successRate?.text(3) ?? "-" },
            column("95 %", isLeft: false) { row in
                "\(row.tally.interval.lower.text(3))–\(row.tally.interval.upper.text(3))"
            },
            column("misses", isLeft: false) { "\($0.tally.misses)" },
        ]
        let broken = [column("broken", isLeft: false) { "\($0.tally.broken)" }]
            .filter { _ in rows.contains { $0.tally.broken > 0 } }
        return always + sometimes + outcome + broken
    }
}

extension String {
    /// The text without the characters at its end that `isDropped` holds for.
    fileprivate func trimmingSuffix(_ isDropped: (Character) -> Bool) -> String {
        var text = self
        while let last = text.last, isDropped(last) { text.removeLast() }
        return text
    }
}
