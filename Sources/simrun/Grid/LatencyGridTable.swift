import Runtime

/// The table of a latency grid that people read: rows are delays, columns strategies.
enum LatencyGridTable {
    /// One table per speed, with Wilson intervals.
    static func lines(_ report: LatencyReport) -> [String] {
        let rows = report.rows
        guard let first = rows.first else { return [] }
        var lines = [
            "\(report.task) on \(report.robot), policy \(report.policy)",
            "charged clock, \(first.episodes) episodes a cell,"
                + " seeds \(first.seed) to \(first.seed + UInt64(first.episodes) - 1),"
                + " control \(first.rateHz.text(1)) Hz,"
                + " delays rounded up to \((1e3 / report.physicsHz).text(2)) ms",
        ]
        for speed in distinct(rows.map(\.targetSpeed)) {
            lines.append("")
            if let speed { lines.append("target speed \(speed) m/s") }
            lines += table(rows.filter { $0.targetSpeed == speed })
        }
        let widest = rows.map { $0.interval.upper - $0.interval.lower }.max() ?? 0
        lines += ["", "success with Wilson's 95 % interval; the widest is \(widest.text(3)) wide"]
        return lines
    }

    private static func table(_ rows: [LatencyRow]) -> [String] {
        let strategies = distinct(rows.map(\.execute))
        var lines = ["latency".right(10) + strategies.map { $0.right(21) }.joined()]
        for delay in distinct(rows.map(\.latencyMs)) {
            let cells = strategies.map { name in
                let row = rows.first { $0.latencyMs == delay && $0.execute == name }
                return row.map(cell) ?? "-"
            }
            lines.append("\(delay.short) ms".right(10) + cells.map { $0.right(21) }.joined())
        }
        return lines
    }

    private static func cell(_ row: LatencyRow) -> String {
        let interval = row.interval
        return "\(row.successRate.text(3)) \(interval.lower.text(3))–\(interval.upper.text(3))"
    }

    /// Each value once, in the order of its first.
    static func distinct<Value: Hashable>(_ values: [Value]) -> [Value] {
        var seen: Set<Value> = []
        return values.filter { seen.insert($0).inserted }
    }
}
