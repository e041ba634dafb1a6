import Results

/// What plans were chosen from: the spread of their candidates' values over single episodes.
struct CandidateSection {
    /// The most episodes drawn.
    private static let maximumShown = 8

    let data: ReportData

    var section: ReportPage.Section? {
        let items = data.cells.flatMap { cell in
            cell.timelines.filter { ValueTimeline.hasSpread($0.choices) }.map { (cell, $0) }
        }
        // Failures first.
        let shown = (items.filter { !$0.1.isSuccess } + items.filter { $0.1.isSuccess })
            .prefix(Self.maximumShown)
        guard !shown.isEmpty else { return nil }
        let panels: [HTML] = shown.enumerated().map { number, item in
            figure(item.0, item.1, id: "values\(number)")
        }
        return ReportPage.Section(
            id: "candidates",
            title: "Candidates",
            body: """
                <p class="note">Each plan was chosen among several. The band reaches from the least \
                to the greatest value that the rule gave a candidate, the line is the median, dots \
                are the plans that were taken.</p>
                <div class="panels">\(panels)</div>
                """
        )
    }

    private func figure(
        _ cell: ReportData.Cell,
        _ timeline: ReportData.Timeline,
        id: String
    ) -> HTML {
        let chart = ValueTimeline(timeline, rateHz: cell.run.rateHz)
        let outcome = timeline.isSuccess ? "success" : "failure"
        let title = "Candidates, \(outcome), seed \(timeline.seed): \(cell.run.words)"
        return """
            <figure><figcaption><strong>\(outcome)</strong>, seed \(timeline.seed)<br>\
            \(cell.run.words)</figcaption>
            \(HTML(markup: chart.drawing.element(
                id: id,
                title: title,
                description: chart.description
            )))
            <p>\(chart.description)</p></figure>

            """
    }
}

/// The values of an episode's candidates over episode time.
struct ValueTimeline {
    private struct Plan {
        var seconds: Double
        var sorted: [Double]
        var chosen: Double?

        var median: Double { sorted[sorted.count / 2] }
    }

    private let plans: [Plan]
    private let low: Double
    private let high: Double
    private let end: Double

    private let width = 340.0
    private let left = 52.0
    private let top = 14.0
    private let base = 154.0

    /// Whether there is anything to see: some plan's candidates differed in value.
    static func hasSpread(_ choices: [ReportData.Choice]) -> Bool {
        choices.contains { choice in
            guard let first = choice.values.first else { return false }
            return choice.values.contains { $0 != first }
        }
    }

    init(_ timeline: ReportData.Timeline, rateHz: Double) {
        plans = timeline.choices.compactMap { choice in
            guard !choice.values.isEmpty else { return nil }
            return Plan(
                seconds: Double(choice.tick) / max(rateHz, 1e-3),
                sorted: choice.values.map(Double.init).sorted(),
                chosen: choice.chosen.map(Double.init)
            )
        }
        let all = plans.flatMap { [$0.sorted[0], $0.sorted[$0.sorted.count - 1]] }
        let least = all.min() ?? 0
        let greatest = all.max() ?? 1
        low = least
        high = greatest > least ? greatest : least + 1
        let last = timeline.ticks.map { $0.tick + 1 }.max() ?? 1
        end = max(1e-3, Double(last) / max(rateHz, 1e-3))
    }

    private func place(_ seconds: Double, _ value: Double) -> (x: Double, y: Double) {
        (
            left + (width - left - 6) * min(1, seconds / end),
            base - (base - top) * (value - low) / (high - low)
        )
    }

    var drawing: SVGDrawing {
        var drawing = SVGDrawing(width: width, height: base + 32)
        drawing.text("value", at: (left, top - 4), class: "soft")
        for share in [0, 0.5, 1] {
            let y = base - (base - top) * share
            drawing.line((left, y), (width - 6, y), class: share == 0 ? "axis" : "grid")
            let value = low + (high - low) * share
            drawing.text(value.text(2), at: (left - 5, y + 4), class: "soft", anchor: .end)
            drawing.text(
                (end * share).text(1) + " s",
                at: (left + (width - left - 6) * share, base + 26),
                class: "soft",
                anchor: share == 0 ? .start : share == 1 ? .end : .middle
            )
        }
        let upper = plans.map { place($0.seconds, $0.sorted[$0.sorted.count - 1]) }
        let lower = plans.map { place($0.seconds, $0.sorted[0]) }
        drawing.area([upper + lower.reversed()], class: "range")
        drawing.polyline(plans.map { place($0.seconds, $0.median) }, class: "line s0")
        for plan in plans {
            guard let chosen = plan.chosen else { continue }
            drawing.circle(place(plan.seconds, chosen), radius: 1.8, class: "rate")
        }
        return drawing
    }

    var description: String {
        let candidates = plans.reduce(0) { $0 + $1.sorted.count }
        let mean = Double(candidates) / Double(max(1, plans.count))
        let spreads = plans.map { $0.sorted[$0.sorted.count - 1] - $0.sorted[0] }.sorted()
        let spread = spreads.isEmpty ? 0 : spreads[spreads.count / 2]
        let best = plans.count { $0.chosen == $0.sorted[$0.sorted.count - 1] }
        return "\(plans.count) plans, each among \(mean.text(1)) candidates on average; the median"
            + " spread of their values is \(spread.text(3)); the plan taken was the best in \(best)."
    }
}
