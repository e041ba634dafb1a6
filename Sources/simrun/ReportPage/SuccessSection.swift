import Results
import Runtime

/// The success table: a row a cell, with Wilson's interval in numbers and as a bar.
struct SuccessSection {
    let data: ReportData

    var section: ReportPage.Section? {
        guard !data.cells.isEmpty else { return nil }
        let shown = data.cells.prefix(ReportPage.maximumCells)
        let columns = ordered(
            SweepTable.columns(
                data.cells.map { cell in
                    SweepReport.Row(
                        cell: cell.run,
                        planned: cell.seeds.seeds.count,
                        tally: cell.tally
                    )
                }
            )
        )
        var heads: [(name: String, isNumber: Bool)] = columns.map { ($0.name, !$0.isLeft) }
        heads.insert((name: "0 to 1", isNumber: false), at: Self.barColumn)
        let rows: [[HTML]] = shown.indices.map { index in
            var row: [HTML] = columns.map { "\($0.cells[index])" }
            row.insert(bar(data.cells[index].tally), at: Self.barColumn)
            return row
        }
        var body = ReportTable.element(
            id: "success-c",
            caption: "Success by cell. The interval is Wilson’s at 95 %; a miss is a control period"
                + " lost to an overrun; an episode that could not be run counts as no success.",
            heads: heads,
            rows: rows
        )
        if data.cells.count > shown.count {
            body += "<p class=\"note\">The first \(shown.count) of \(data.cells.count) cells.</p>"
        }
        return ReportPage.Section(id: "success", title: "Success", body: body)
    }

    /// Behind the rate and its interval.
    private static let barColumn = 3

    /// What a phone shows without scrolling comes first: the task, how it went, how late it was.
    private func ordered(_ columns: [SweepTable.Column]) -> [SweepTable.Column] {
        let first = ["task", "success", "95 %", "latency", "execute"]
        return first.compactMap { name in columns.first { $0.name == name } }
            + columns.filter { !first.contains($0.name) }
    }

    /// A mark at the rate on the interval's bar; says in words what it shows.
    private func bar(_ tally: SweepTally) -> HTML {
        guard let rate = tally.successRate else { return "–" }
        var drawing = SVGDrawing(width: 100, height: 12)
        let interval = tally.interval
        drawing.line((0, 6), (100, 6), class: "grid")
        drawing.area(
            [Self.box(interval.lower * 100, 2, interval.upper * 100, 10)],
            class: "range"
        )
        let x = min(98.5, max(1.5, rate * 100))
        drawing.area([Self.box(x - 1.5, 0, x + 1.5, 12)], class: "rate")
        return HTML(markup: drawing.ornament(class: "bar"))
    }

    private static func box(
        _ left: Double,
        _ top: Double,
        _ right: Double,
        _ bottom: Double
    ) -> [(x: Double, y: Double)] {
        [(left, top), (right, top), (right, bottom), (left, bottom)]
    }
}
