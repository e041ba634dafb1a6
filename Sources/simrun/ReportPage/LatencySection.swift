import Foundation
import Runtime

/// Latency by stage: histograms over a logarithmic axis, and percentiles in a table.
struct LatencySection {
    let data: ReportData

    /// Rows that are shown, in the order of the tick.
    private static let rows: [LatencyAccount.Row] = [
        .sense, .infer, .rerank, .act, .step, .tick, .plannedTick, .wakeup,
    ]

    var section: ReportPage.Section? {
        let groups = data.groups.compactMap { group, cells -> (ReportData.Group, LatencyBuckets)? in
            var stages = LatencyBuckets()
            for cell in cells { stages.add(cell.stages) }
            return stages.counts.isEmpty ? nil : (group, stages)
        }
        guard !groups.isEmpty else { return nil }
        let panels: [HTML] = groups.prefix(ReportPage.maximumGroups).enumerated().map {
            figure(group: $0.element.0, stages: $0.element.1, id: "stages\($0.offset)")
        }
        return ReportPage.Section(
            id: "stages",
            title: "Latency by stage",
            body: """
                <p class="note">Measured on the hosts below, whatever latency was charged. infer and \
                rerank count ticks that plan; step is the physics, which stands in for the world and \
                is never charged; tick is sense + infer + rerank + act.</p>
                <div class="panels">\(panels)</div>
                """
        )
    }

    private func figure(group: ReportData.Group, stages: LatencyBuckets, id: String) -> HTML {
        let rows = Self.rows.filter { row in
            // Stages that take no time at all, such as rerank without a critic, have nothing to show.
            stages.counts[row]?.contains { $0.key > 0 && $0.value > 0 } ?? false
        }
        let chart = StageHistogram(rows: rows, stages: stages)
        let table = ReportTable.element(
            id: "\(id)-c",
            caption:
                "In microseconds; percentiles to the upper edge of a bucket, at most 12.5 % high.",
            heads: [("stage", false), ("p50", true), ("p90", true), ("p99", true), ("max", true)],
            rows: rows.map { row in
                let counts = stages.counts[row] ?? [:]
                return ["\(row.rawValue)"]
                    + [0.5, 0.9, 0.99, 1].map { share in
                        "\(Self.microseconds(share, counts).text(1))" as HTML
                    }
            }
        )
        return """
            <figure><figcaption>\(group.words)</figcaption>
            \(HTML(markup: chart.drawing.element(
                id: id,
                title: "Latency by stage: \(group.words)",
                description: chart.description
            )))
            \(table)</figure>

            """
    }

    /// The upper edge of the bucket that a share of the samples is at most.
    static func microseconds(_ share: Double, _ counts: [Int: Int]) -> Double {
        let total = counts.values.reduce(0, +)
        let wanted = max(1, Int((share * Double(total)).rounded(.up)))
        var seen = 0
        for (bucket, count) in counts.sorted(by: { $0.key < $1.key }) {
            seen += count
            if seen >= wanted {
                return Double(LatencyBuckets.lowerEdge(ofBucket: bucket + 1)) / 1000
            }
        }
        return 0
    }
}

/// Histograms of stages, one under the other, over one logarithmic axis of time.
struct StageHistogram {
    private let rows: [LatencyAccount.Row]
    private let stages: LatencyBuckets
    /// Powers of ten of nanoseconds at the ends of the axis.
    private let powers: ClosedRange<Int>

    private let width = 340.0
    private let left = 86.0
    private let rowHeight = 34.0
    private let top = 4.0

    init(rows: [LatencyAccount.Row], stages: LatencyBuckets) {
        self.rows = rows
        self.stages = stages
        let used = rows.flatMap { stages.counts[$0].map { Array($0.keys) } ?? [] }.filter { $0 > 0 }
        let first = Double(LatencyBuckets.lowerEdge(ofBucket: used.min() ?? 8))
        let last = Double(LatencyBuckets.lowerEdge(ofBucket: (used.max() ?? 9) + 1))
        let low = Int(log10(max(1, first)).rounded(.down))
        powers = low...max(low + 1, Int(log10(last).rounded(.up)))
    }

    private func x(_ nanoseconds: Double) -> Double {
        let place =
            (log10(max(1, nanoseconds)) - Double(powers.lowerBound)) / Double(powers.count - 1)
        return left + (width - left - 8) * min(1, max(0, place))
    }

    var drawing: SVGDrawing {
        let height = top + rowHeight * Double(rows.count)
        var drawing = SVGDrawing(width: width, height: height + 34)
        for power in powers {
            let place = x(pow(10, Double(power)))
            drawing.line((place, top), (place, height), class: "grid")
            // Every other one where all would run into each other.
            guard powers.count <= 6 || (powers.upperBound - power).isMultiple(of: 2) else {
                continue
            }
            drawing.text(
                Self.label(power),
                at: (place, height + 14),
                class: "soft",
                anchor: power == powers.upperBound ? .end : .middle
            )
        }
        for (index, row) in rows.enumerated() {
            let base = top + rowHeight * Double(index + 1)
            drawing.line((left, base), (width - 8, base), class: "axis")
            drawing.text(row.rawValue, at: (left - 6, base - 8), class: "name", anchor: .end)
            drawing.area(bars(row, base: base), class: "fill s\(index % LatencyPlotStyle.count)")
        }
        drawing.text(
            "time in the stage",
            at: ((left + width) / 2, height + 30),
            class: "soft",
            anchor: .middle
        )
        return drawing
    }

    private func bars(_ row: LatencyAccount.Row, base: Double) -> [[(x: Double, y: Double)]] {
        let counts = (stages.counts[row] ?? [:]).filter { $0.key > 0 }
        // Small counts must show too: the height goes by the root.
        let most = Double(counts.values.max() ?? 1).squareRoot()
        return counts.sorted { $0.key < $1.key }.map { bucket, count in
            let from = x(Double(LatencyBuckets.lowerEdge(ofBucket: bucket)))
            let to = x(Double(LatencyBuckets.lowerEdge(ofBucket: bucket + 1)))
            let height = max(1, (rowHeight - 6) * Double(count).squareRoot() / most)
            return [(from, base), (from, base - height), (to, base - height), (to, base)]
        }
    }

    var description: String {
        "Bars as high as the root of their counts. "
            + rows.map { row in
                let counts = stages.counts[row] ?? [:]
                let p50 = LatencySection.microseconds(0.5, counts).text(0)
                let p99 = LatencySection.microseconds(0.99, counts).text(0)
                return "\(row.rawValue): half at most \(p50) µs, 99 % at most \(p99) µs"
            }
            .joined(separator: ". ")
    }

    /// A power of ten of nanoseconds with its unit.
    private static func label(_ power: Int) -> String {
        let units = ["ns", "µs", "ms", "s", "ks"]
        let unit = min(units.count - 1, max(0, power / 3))
        return "\(Int(pow(10, Double(power - 3 * unit)))) \(units[unit])"
    }
}
