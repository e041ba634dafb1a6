import Runtime

/// One line of a latency plot.
struct PlotSeries {
    struct Point {
        /// Latency in milliseconds.
        var x: Double
        /// Success rate.
        var y: Double
        var interval: WilsonInterval
    }

    var name: String
    var points: [Point]

    init(name: String, points: [Point]) {
        self.name = name
        self.points = points
    }

    /// Rows of one strategy and speed, by latency.
    init(name: String, rows: [LatencyRow]) {
        self.name = name
        points = rows.sorted { $0.latencyMs < $1.latencyMs }.map {
            Point(x: $0.latencyMs, y: $0.successRate, interval: $0.interval)
        }
    }
}

/// A frame of axes with its lines.
struct PlotPanel {
    /// Over the frame; empty for a plot of one frame.
    var name: String
    var series: [PlotSeries]

    /// A line per strategy in a frame per speed; with one strategy, a line per speed.
    static func all(_ rows: [LatencyRow]) -> [PlotPanel] {
        let speeds = LatencyGridTable.distinct(rows.map(\.targetSpeed))
        let strategies = LatencyGridTable.distinct(rows.map(\.execute))
        func speedName(_ speed: Double?) -> String { speed.map { "\($0) m/s" } ?? "" }
        if strategies.count == 1, speeds.count > 1 {
            let series = speeds.map { speed in
                PlotSeries(
                    name: speedName(speed),
                    rows: rows.filter { $0.targetSpeed == speed }
                )
            }
            return [PlotPanel(name: strategies[0], series: series)]
        }
        return speeds.map { speed in
            PlotPanel(
                name: speed.map { "target at \($0) m/s" } ?? "",
                series: strategies.map { strategy in
                    PlotSeries(
                        name: strategy,
                        rows: rows.filter { $0.targetSpeed == speed && $0.execute == strategy }
                    )
                }
            )
        }
    }
}
