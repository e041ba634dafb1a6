import Runtime

/// The last ticks as stacked bars against the deadline: sense, infer, rerank, act, and the charge.
struct StripChart {
    /// Ticks that are shown.
    static let length = 256
    private static let barWidth: Float = 2
    private static let barHeight: Float = 110
    /// The scale's top, in control periods.
    private static let reach = 2.0

    private static let stages: [(stage: Stage, name: String, color: SIMD4<Float>)] = [
        (.sense, "sense", SIMD4(0.35, 0.65, 1.00, 1)),
        (.infer, "infer", SIMD4(1.00, 0.62, 0.20, 1)),
        (.rerank, "rerank", SIMD4(0.80, 0.45, 1.00, 1)),
        (.act, "act", SIMD4(0.40, 0.85, 0.40, 1)),
    ]
    private static let chargeColor = SIMD4<Float>(1, 1, 1, 1)
    private static let deadlineColor = SIMD4<Float>(1, 0.30, 0.30, 1)

    /// The control period: the deadline of a tick.
    let period: TimeSpan
    private(set) var traces: [TickTrace] = []

    init(period: TimeSpan) {
        self.period = period
        traces.reserveCapacity(Self.length + 1)
    }

    /// Adds a tick; the oldest gives way.
    mutating func add(_ trace: TickTrace) {
        // Tick 0 begins a new episode.
        if trace.tick == 0 { traces.removeAll(keepingCapacity: true) }
        traces.append(trace)
        if traces.count > Self.length { traces.removeFirst() }
    }

    /// The part of the chart's height that a time takes, at most all of it.
    func share(of time: TimeSpan) -> Float {
        Float(min(1, time.seconds / (period.seconds * Self.reach)))
    }

    /// Draws the chart with its lower left corner at a place, `scale` pixels for a unit.
    func draw(with painter: OverlayPainter, x: Float, bottom: Float, scale: Float) {
        let width = Float(Self.length) * Self.barWidth * scale
        let height = Self.barHeight * scale
        let pad = 8 * scale
        let top = bottom - height
        let line = painter.lineHeight
        painter.fill(
            x: x - pad,
            y: top - line - pad,
            width: width + 2 * pad,
            height: height + line + 2 * pad,
            SIMD4(0.05, 0.06, 0.08, 0.72)
        )
        writeLegend(with: painter, x: x, y: top - line)
        for (index, trace) in traces.enumerated() {
            draw(
                trace,
                with: painter,
                x: x + Float(index) * Self.barWidth * scale,
                bottom: bottom,
                height: height,
                scale: scale
            )
        }
        let deadline = bottom - share(of: period) * height
        painter.fill(x: x, y: deadline, width: width, height: scale, Self.deadlineColor)
        painter.write(
            "deadline \(period.milliseconds.fixed(1)) ms",
            x: x + width - 20 * painter.characterWidth,
            y: deadline - line + 2 * scale,
            Self.deadlineColor
        )
    }

    private func draw(
        _ trace: TickTrace,
        with painter: OverlayPainter,
        x: Float,
        bottom: Float,
        height: Float,
        scale: Float
    ) {
        var below = TimeSpan.zero
        for part in Self.stages {
            let time = trace.stages[part.stage]
            guard time > .zero else { continue }
            let from = share(of: below)
            let to = share(of: below + time)
            below = below + time
            painter.fill(
                x: x,
                y: bottom - to * height,
                width: Self.barWidth * scale,
                height: max((to - from) * height, to < 1 ? 0.5 * scale : 0),
                part.color
            )
        }
        if trace.charge > .zero {
            painter.fill(
                x: x,
                y: bottom - share(of: trace.charge) * height - scale,
                width: Self.barWidth * scale,
                height: scale,
                Self.chargeColor
            )
        }
        if trace.missedPeriods > 0 {
            painter.fill(
                x: x,
                y: bottom - height,
                width: Self.barWidth * scale,
                height: 4 * scale,
                Self.deadlineColor
            )
        }
    }

    /// Names in their colours, with the worst of the ticks shown.
    private func writeLegend(with painter: OverlayPainter, x: Float, y: Float) {
        var at = x
        func write(_ text: String, _ color: SIMD4<Float>) {
            painter.write(text, x: at, y: y, color)
            at += Float(text.utf8.count + 1) * painter.characterWidth
        }
        for part in Self.stages { write(part.name, part.color) }
        write("charge", Self.chargeColor)
        if let worst = traces.map(\.stages.tick).max() {
            write("max \(worst.milliseconds.fixed(1)) ms", SIMD4(0.8, 0.8, 0.8, 1))
        }
    }
}

extension Double {
    /// Plain text with so many digits after the point.
    func fixed(_ digits: Int) -> String {
        guard isFinite, abs(self) < 1e15 else { return "\(self)" }
        var unit = 1.0
        for _ in 0..<digits { unit *= 10 }
        let whole = Int64((abs(self) * unit).rounded())
        let sign = self < 0 && whole != 0 ? "-" : ""
        guard digits > 0 else { return "\(sign)\(whole)" }
        let fraction = String(whole % Int64(unit))
        let zeros = String(repeating: "0", count: digits - fraction.count)
        return "\(sign)\(whole / Int64(unit)).\(zeros)\(fraction)"
    }
}
