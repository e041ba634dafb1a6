import Runtime

/// Success against latency as one SVG file: a line per strategy, a frame per speed, and the
/// latencies that papers published as marks.
struct LatencyPlot {
    private let report: LatencyReport
    private let panels: [PlotPanel]
    /// Marks within the axis.
    private let marks: [PublishedLatency]
    private let axis: PlotAxis

    // Pixels.
    private let width = 860.0
    private let left = 64.0
    private let right = 150.0
    private let frameHeight = 260.0
    private let marksHeight = 148.0
    private let headHeight = 58.0
    private let footHeight = 62.0

    init(report: LatencyReport, marks: [PublishedLatency]) {
        self.report = report
        panels = PlotPanel.all(report.rows)
        axis = PlotAxis(upTo: report.rows.map(\.latencyMs).max() ?? 0)
        let last = axis.last
        self.marks = marks.filter { $0.milliseconds <= last }
    }

    private var frameWidth: Double { width - left - right }

    /// Above a frame: the first has the names of the marks.
    private func gap(above index: Int) -> Double {
        index == 0 && !marks.isEmpty ? marksHeight : 36
    }

    /// The file.
    var svg: String {
        let heights = panels.indices.map { gap(above: $0) + frameHeight + footHeight }
        var drawing = SVGDrawing(width: width, height: heights.reduce(headHeight, +))
        drawing.text(title, at: (16, 26), class: "title")
        drawing.text(note, at: (16, 46), class: "note")
        for (index, panel) in panels.enumerated() {
            let top = heights[..<index].reduce(headHeight, +) + gap(above: index)
            drawMarks(top: top, named: index == 0, in: &drawing)
            draw(panel, top: top, in: &drawing)
        }
        return drawing.file(
            title: title,
            description: description,
            style: LatencyPlotStyle.css
        )
    }

    private var title: String { "\(report.task): success against latency, \(report.policy)" }

    private var note: String {
        let episodes = report.rows.first?.episodes ?? 0
        return "charged clock, \(episodes) episodes a point, the same seeds; bars: Wilson, 95 %;"
            + " dashed: latencies that papers published"
    }

    private var description: String {
        panels.flatMap { panel in
            panel.series.map { series in
                let points = series.points.map { "\($0.y.text(2)) at \($0.x.short) ms" }
                let place = panel.name.isEmpty ? "" : panel.name + ", "
                return "\(place)\(series.name): " + points.joined(separator: ", ")
            }
        }
        .joined(separator: ". ")
    }

    private func x(_ milliseconds: Double) -> Double {
        left + frameWidth * milliseconds / axis.last
    }

    private func draw(_ panel: PlotPanel, top: Double, in drawing: inout SVGDrawing) {
        func y(_ rate: Double) -> Double { top + frameHeight * (1 - rate) }
        drawFrame(panel, top: top, in: &drawing)
        for (index, series) in panel.series.enumerated() {
            // Bars of different lines stand beside each other.
            let shift = 3 * (Double(index) - Double(panel.series.count - 1) / 2)
            let colour = "s\(index % LatencyPlotStyle.count)"
            let places = series.points.map { (x: x($0.x) + shift, y: y($0.y)) }
            drawing.beginGroup(label: series.name)
            for (point, place) in zip(series.points, places) {
                drawing.line(
                    (place.x, y(point.interval.lower)),
                    (place.x, y(point.interval.upper)),
                    class: "bar \(colour)"
                )
            }
            drawing.polyline(places, class: "line \(colour)")
            for place in places {
                PlotMarker.draw(index, at: place, class: "dot \(colour)", in: &drawing)
            }
            let row = (x: width - right + 20, y: top + 10 + 20 * Double(index))
            drawing.line(row, (row.x + 24, row.y), class: "line \(colour)")
            PlotMarker.draw(index, at: (row.x + 12, row.y), class: "dot \(colour)", in: &drawing)
            drawing.text(series.name, at: (row.x + 32, row.y + 4), class: "key")
            drawing.endGroup()
        }
    }

    private func drawFrame(_ panel: PlotPanel, top: Double, in drawing: inout SVGDrawing) {
        let bottom = top + frameHeight
        for step in 0...5 {
            let rate = Double(step) / 5
            let y = bottom - frameHeight * rate
            drawing.line((left, y), (left + frameWidth, y), class: "grid")
            drawing.text(rate.text(1), at: (left - 14, y + 4), class: "tick", anchor: .end)
        }
        for tick in axis.ticks {
            drawing.line((x(tick), bottom), (x(tick), bottom + 5), class: "axis")
            drawing.text(tick.short, at: (x(tick), bottom + 19), class: "tick", anchor: .middle)
        }
        drawing.line((left, bottom), (left + frameWidth, bottom), class: "axis")
        drawing.line((left, top), (left, bottom), class: "axis")
        drawing.text(
            "latency charged to each plan (ms)",
            at: (left + frameWidth / 2, bottom + 40),
            class: "label",
            anchor: .middle
        )
        drawing.text(
            "success rate",
            at: (18, top + frameHeight / 2),
            class: "label",
            anchor: .middle,
            degrees: -90
        )
        drawing.text(panel.name, at: (left + frameWidth + 20, top - 12), class: "label")
    }

    /// Published latencies: a dashed line each, and names above that keep off each other.
    private func drawMarks(top: Double, named: Bool, in drawing: inout SVGDrawing) {
        let names = Self.spread(marks.map { x($0.milliseconds) }, apart: 19)
        for (mark, name) in zip(marks, names) {
            let place = x(mark.milliseconds)
            drawing.line((place, top), (place, top + frameHeight), class: "mark")
            guard named else { continue }
            drawing.line((place, top), (name, top - 14), class: "leader")
            drawing.text(
                "\(mark.name): \(mark.milliseconds.text(mark.milliseconds < 20 ? 1 : 0)) ms",
                at: (name + 3, top - 18),
                class: "mark-name",
                degrees: -48
            )
        }
    }

    /// Ascending places moved right just far enough to be `apart`.
    static func spread(_ places: [Double], apart: Double) -> [Double] {
        var last = -Double.infinity
        return places.map { place in
            last = max(place, last + apart)
            return last
        }
    }
}
