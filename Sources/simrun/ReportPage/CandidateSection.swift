import Results

/// What a critic made of the candidates, over the episodes in which that was traced.
struct CandidateSection {
    private static let maximumShown = 12

    let data: ReportData

    var section: ReportPage.Section? {
        let traces = data.cells.flatMap { cell in cell.candidates.map { (cell, $0) } }
            .filter { $0.1.plans.contains { !$0.values.isEmpty } }
        guard !traces.isEmpty else { return nil }
        let panels: [HTML] = traces.prefix(Self.maximumShown).enumerated().map { index, item in
            let chart = CandidateChart(trace: item.1)
            let title = "Candidates’ values, seed \(item.1.seed): \(item.0.run.words)"
            return """
                <figure><figcaption>seed \(item.1.seed)<br>\(item.0.run.words)</figcaption>
                \(HTML(markup: chart.drawing.element(
                    id: "values\(index)",
                    title: title,
                    description: chart.description
                )))</figure>

                """
        }
        return ReportPage.Section(
            id: "candidates",
            title: "Candidates’ values",
            body: """
                <p class="note">At each plan: the range of the candidates’ values as a bar, and the \
                value of the one that was executed as a dot.</p>
                <div class="panels">\(panels)</div>
                """
        )
    }
}

/// The values of an episode's candidates over time.
struct CandidateChart {
    private let plans: [(seconds: Double, values: [Double], chosen: Int)]
    private let low: Double
    private let high: Double
    private let last: Double

    private let width = 340.0
    private let height = 170.0
    private let left = 44.0
    private let base = 140.0
    private let top = 10.0

    init(trace: ReportData.CandidateTrace) {
        plans = trace.plans.map { plan in
            (seconds: plan.seconds, values: plan.values.filter(\.isFinite), chosen: plan.chosen)
        }
        .filter { !$0.values.isEmpty }
        let values = plans.flatMap(\.values)
        low = values.min() ?? 0
        high = max(values.max() ?? 1, low + 1e-9)
        last = max(plans.map(\.seconds).max() ?? 1, 1e-3)
    }

    private func y(_ value: Double) -> Double { base - (base - top) * (value - low) / (high - low) }

    var drawing: SVGDrawing {
        var drawing = SVGDrawing(width: width, height: height)
        for value in [low, (low + high) / 2, high] {
            drawing.line((left, y(value)), (width - 6, y(value)), class: "grid")
            drawing.text(value.short, at: (left - 5, y(value) + 4), class: "soft", anchor: .end)
        }
        for plan in plans {
            let x = left + (width - left - 12) * plan.seconds / last
            let least = plan.values.min() ?? 0
            let most = plan.values.max() ?? 0
            drawing.line((x, y(least)), (x, y(most)), class: "whisker s0")
            if plan.values.indices.contains(plan.chosen) {
                drawing.circle((x, y(plan.values[plan.chosen])), radius: 2.5, class: "dot s1")
            }
        }
        drawing.text("0 s", at: (left, base + 18), class: "soft")
        drawing.text("\(last.text(1)) s", at: (width - 6, base + 18), class: "soft", anchor: .end)
        return drawing
    }

    var description: String {
        "\(plans.count) plans, values from \(low.text(3)) to \(high.text(3))."
    }
}
