import Results
import Runtime

/// Success against the charged latency, a chart for each group of cells that vary in it.
struct CurveSection {
    let data: ReportData

    var section: ReportPage.Section? {
        let charts = data.groups.compactMap { group, cells in
            SuccessCurve(group: group, cells: cells)
        }
        guard !charts.isEmpty else { return nil }
        let shown = charts.prefix(ReportPage.maximumGroups)
        let panels: [HTML] = shown.enumerated().map { $0.element.figure(id: "curve\($0.offset)") }
        return ReportPage.Section(
            id: "latency",
            title: "Success against latency",
            body: """
                <p class="note">Each plan is charged the delay; bars are Wilson’s 95 % intervals. \
                The numbers stand in the success table.</p>
                <div class="panels">\(panels)</div>
                """
        )
    }
}

/// One chart: a line a strategy, told apart by marker and colour.
struct SuccessCurve {
    private let group: ReportData.Group
    private let series: [PlotSeries]
    private let axis: PlotAxis

    private let width = 340.0
    private let height = 220.0
    private let left = 34.0
    private let right = 10.0
    private let top = 10.0
    private let bottom = 40.0

    /// Nil where fewer than two latencies are known.
    init?(group: ReportData.Group, cells: [ReportData.Cell]) {
        let known = cells.filter { $0.run.latencyMs != nil && $0.tally.episodes > 0 }
        let strategies = LatencyGridTable.distinct(known.map(\.run.execute))
        guard Set(known.compactMap(\.run.latencyMs)).count > 1 else { return nil }
        self.group = group
        series = strategies.map { strategy in
            PlotSeries(
                name: strategy,
                points: known.filter { $0.run.execute == strategy }
                    .map { cell in
                        PlotSeries.Point(
                            x: cell.run.latencyMs ?? 0,
                            y: cell.tally.successRate ?? 0,
                            interval: cell.tally.interval
                        )
                    }
                    .sorted { $0.x < $1.x }
            )
        }
        axis = PlotAxis(upTo: known.compactMap(\.run.latencyMs).max() ?? 0)
    }

    private func x(_ milliseconds: Double) -> Double {
        left + (width - left - right) * milliseconds / axis.last
    }

    private func y(_ rate: Double) -> Double { top + (height - top - bottom) * (1 - rate) }

    func figure(id: String) -> HTML {
        var drawing = SVGDrawing(width: width, height: height)
        frame(in: &drawing)
        for (index, line) in series.enumerated() { draw(line, index, in: &drawing) }
        let chart = drawing.element(
            id: id,
            title: "Success against latency: \(group.words)",
            description: description
        )
        return """
            <figure><figcaption>\(group.words)</figcaption>
            \(HTML(markup: chart))
            \(PlotKey.element(series.map(\.name)))</figure>

            """
    }

    private var description: String {
        series.map { line in
            "\(line.name): "
                + line.points.map { "\($0.y.text(2)) at \($0.x.short) ms" }.joined(separator: ", ")
        }
        .joined(separator: ". ")
    }

    private func frame(in drawing: inout SVGDrawing) {
        for step in 0...4 {
            let rate = Double(step) / 4
            drawing.line((left, y(rate)), (width - right, y(rate)), class: "grid")
            drawing.text(rate.short, at: (left - 5, y(rate) + 4), class: "soft", anchor: .end)
        }
        for tick in axis.ticks {
            drawing.line((x(tick), y(0)), (x(tick), y(0) + 4), class: "axis")
            drawing.text(tick.short, at: (x(tick), y(0) + 16), class: "soft", anchor: .middle)
        }
        drawing.line((left, y(0)), (width - right, y(0)), class: "axis")
        drawing.text(
            "latency of each plan (ms)",
            at: ((left + width - right) / 2, height - 6),
            class: "soft",
            anchor: .middle
        )
    }

    private func draw(_ line: PlotSeries, _ index: Int, in drawing: inout SVGDrawing) {
        // Bars of different lines stand beside each other.
        let shift = 2.5 * (Double(index) - Double(series.count - 1) / 2)
        let colour = "s\(index % LatencyPlotStyle.count)"
        let places = line.points.map { (x: x($0.x) + shift, y: y($0.y)) }
        for (point, place) in zip(line.points, places) {
            drawing.line(
                (place.x, y(point.interval.lower)),
                (place.x, y(point.interval.upper)),
                class: "whisker \(colour)"
            )
        }
        drawing.polyline(places, class: "line \(colour)")
        for place in places {
            PlotMarker.draw(index, at: place, class: "dot \(colour)", in: &drawing)
        }
    }
}

/// What the lines of a chart are called.
enum PlotKey {
    static func element(_ names: [String]) -> HTML {
        let items: [HTML] = names.enumerated().map { index, name in
            var drawing = SVGDrawing(width: 32, height: 14)
            let colour = "s\(index % LatencyPlotStyle.count)"
            drawing.line((0, 7), (32, 7), class: "line \(colour)")
            PlotMarker.draw(index, at: (16, 7), class: "dot \(colour)", in: &drawing)
            return "<li>\(HTML(markup: drawing.ornament(class: "mark")))\(name)</li>"
        }
        return "<ul class=\"key\">\(items)</ul>"
    }
}
