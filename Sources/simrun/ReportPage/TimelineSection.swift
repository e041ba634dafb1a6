import Results

/// Single episodes tick by tick, and where they lost control periods.
struct TimelineSection {
    /// The most episodes drawn.
    private static let maximumShown = 16

    let data: ReportData

    private struct Item {
        var cell: ReportData.Cell
        var timeline: ReportData.Timeline
    }

    var section: ReportPage.Section? {
        // Failures before successes, and every group before a group's second.
        var ranked: [(turn: Int, order: Int, item: Item)] = []
        var turns: [ReportData.Group: Int] = [:]
        for isSuccess in [false, true] {
            for cell in data.cells {
                for timeline in cell.timelines where timeline.isSuccess == isSuccess {
                    let turn = turns[cell.group, default: 0]
                    turns[cell.group] = turn + 1
                    ranked.append((turn, ranked.count, Item(cell: cell, timeline: timeline)))
                }
            }
        }
        guard !ranked.isEmpty else { return nil }
        let shown = ranked.sorted { ($0.turn, $0.order) < ($1.turn, $1.order) }
            .prefix(Self.maximumShown)
        let panels: [HTML] = shown.enumerated().map {
            figure($0.element.item, id: "time\($0.offset)")
        }
        return ReportPage.Section(
            id: "timelines",
            title: "Ticks and overruns",
            body: """
                <p class="note">Above: what each tick took here, by stage, without the physics. \
                Below: what was charged to the world. The dashed line is the control period; \
                triangles mark ticks that lost periods.</p>
                <div class="panels">\(panels)</div>
                """
        )
    }

    private func figure(_ item: Item, id: String) -> HTML {
        let chart = TickTimeline(ticks: item.timeline.ticks, rateHz: item.cell.run.rateHz)
        let outcome = item.timeline.isSuccess ? "success" : "failure"
        let title = "\(outcome), seed \(item.timeline.seed): \(item.cell.run.words)"
        return """
            <figure><figcaption><strong>\(outcome)</strong>, seed \(item.timeline.seed)<br>\
            \(item.cell.run.words)</figcaption>
            \(HTML(markup: chart.drawing.element(
                id: id,
                title: title,
                description: chart.description
            )))
            \(StageKey.element(chart.stages.map(\.name)))
            <p>\(chart.overrunText)</p></figure>

            """
    }
}

/// The ticks of an episode as two strips over episode time.
struct TickTimeline {
    /// A stage that is drawn.
    struct StageBand {
        var name: String
        var value: (SweepTick) -> Double
    }

    let stages: [StageBand]
    private let ticks: [SweepTick]
    private let periodUs: Double
    private let lastTick: Int
    private let measuredTop: Double
    private let chargedTop: Double

    private let width = 340.0
    private let left = 44.0
    private let stripHeight = 84.0
    private let gap = 26.0
    private let top = 14.0

    init(ticks: [SweepTick], rateHz: Double) {
        self.ticks = ticks
        periodUs = 1e6 / max(rateHz, 1e-3)
        let all: [StageBand] = [
            StageBand(name: "sense") { $0.sense },
            StageBand(name: "infer") { $0.infer },
            StageBand(name: "rerank") { $0.rerank },
            StageBand(name: "act") { $0.act },
        ]
        stages = all.filter { band in band.name != "rerank" || ticks.contains { $0.rerank > 0 } }
        lastTick = max(1, ticks.map { $0.tick + 1 + max(0, $0.misses) }.max() ?? 1)
        measuredTop = PlotAxis(upTo: (ticks.map(\.latency).max() ?? 0) / 1000).last
        chargedTop = PlotAxis(upTo: max(periodUs, ticks.map(\.charge).max() ?? 0) / 1000).last
    }

    private func x(_ tick: Int) -> Double {
        left + (width - left - 6) * Double(tick) / Double(lastTick)
    }

    var drawing: SVGDrawing {
        let first = top + stripHeight
        let second = first + gap + stripHeight
        var drawing = SVGDrawing(width: width, height: second + 32)
        frame("measured (ms)", top: top, base: first, last: measuredTop, in: &drawing)
        for (index, outlines) in stacked(base: first).enumerated() {
            drawing.area(outlines, class: "fill s\(index)")
        }
        frame("charged (ms)", top: first + gap, base: second, last: chargedTop, in: &drawing)
        drawing.area(charges(base: second), class: "rate")
        let limit = second - stripHeight * min(1, periodUs / 1000 / chargedTop)
        drawing.line((left, limit), (width - 6, limit), class: "limit")
        for tick in ticks where tick.misses > 0 {
            let place = x(tick.tick)
            drawing.polygon(
                [(place - 4, second + 10), (place + 4, second + 10), (place, second + 2)],
                class: "overrun"
            )
        }
        time(base: second, in: &drawing)
        return drawing
    }

    private func frame(
        _ name: String,
        top: Double,
        base: Double,
        last: Double,
        in drawing: inout SVGDrawing
    ) {
        drawing.text(name, at: (left, top - 4), class: "soft")
        for share in [0, 0.5, 1] {
            let y = base - stripHeight * share
            drawing.line((left, y), (width - 6, y), class: share == 0 ? "axis" : "grid")
            drawing.text((last * share).short, at: (left - 5, y + 4), class: "soft", anchor: .end)
        }
    }

    private func time(base: Double, in drawing: inout SVGDrawing) {
        let seconds = Double(lastTick) * periodUs * 1e-6
        for share in [0, 0.5, 1] {
            drawing.text(
                (seconds * share).text(1) + " s",
                at: (left + (width - left - 6) * share, base + 26),
                class: "soft",
                anchor: share == 0 ? .start : share == 1 ? .end : .middle
            )
        }
    }

    /// Bars of the stages on top of each other: outlines by stage.
    private func stacked(base: Double) -> [[[(x: Double, y: Double)]]] {
        var outlines = [[[(x: Double, y: Double)]]](repeating: [], count: stages.count)
        for tick in ticks {
            var height = 0.0
            for (index, stage) in stages.enumerated() {
                let value = max(0, stage.value(tick))
                guard value > 0 else { continue }
                let y0 = base - stripHeight * min(1, height / 1000 / measuredTop)
                height += value
                let y1 = base - stripHeight * min(1, height / 1000 / measuredTop)
                // What no pixel would show only makes the file larger.
                guard y0 - y1 >= 0.1 else { continue }
                outlines[index].append(box(tick, y0, y1))
            }
        }
        return outlines
    }

    private func charges(base: Double) -> [[(x: Double, y: Double)]] {
        ticks.compactMap { tick in
            let height = stripHeight * min(1, max(0, tick.charge) / 1000 / chargedTop)
            return height >= 0.1 ? box(tick, base, base - height) : nil
        }
    }

    private func box(_ tick: SweepTick, _ bottom: Double, _ top: Double) -> [(x: Double, y: Double)]
    {
        let from = x(tick.tick)
        let to = max(from + 0.5, x(tick.tick + 1))
        return [(from, bottom), (from, top), (to, top), (to, bottom)]
    }

    /// What lost control periods, in words.
    var overrunText: String {
        let late = ticks.filter { $0.misses > 0 }
        guard !late.isEmpty else { return "No control period was lost." }
        let lost = late.reduce(0) { $0 + $1.misses }
        let list = late.prefix(12).map { "\($0.tick) (\($0.misses))" }.joined(separator: ", ")
        return "\(late.count) ticks lost \(lost) control periods: \(list)"
            + (late.count > 12 ? " and \(late.count - 12) more." : ".")
    }

    var description: String {
        let latencies = ticks.map(\.latency).sorted()
        let median = latencies.isEmpty ? 0 : latencies[latencies.count / 2]
        return "\(ticks.count) ticks, median \(median.text(0)) µs,"
            + " largest \((latencies.last ?? 0).text(0)) µs. \(overrunText)"
    }
}

/// What the bands of a timeline are called: filled boxes with their names beside.
enum StageKey {
    static func element(_ names: [String]) -> HTML {
        let items: [HTML] = names.enumerated().map { index, name in
            var drawing = SVGDrawing(width: 32, height: 14)
            drawing.area([[(4, 2), (28, 2), (28, 12), (4, 12)]], class: "fill s\(index)")
            return "<li>\(HTML(markup: drawing.ornament(class: "mark")))\(name)</li>"
        }
        return "<ul class=\"key\">\(items)</ul>"
    }
}
