import Runtime

/// Text, chart and help over a scene.
final class Overlay {
    private static let ink = SIMD4<Float>(0.96, 0.97, 0.98, 1)
    private static let panel = SIMD4<Float>(0.05, 0.06, 0.08, 0.72)
    private static let good = SIMD4<Float>(0.50, 0.95, 0.55, 1)

    private let painter = OverlayPainter()

    /// Draws over `target`, whose picture has been resolved.
    func paint(
        _ frame: ViewFrame,
        caption: ViewCaption,
        chart: StripChart,
        pace: StatusText.Pace,
        help: [String],
        hints: [String],
        layers: ViewLayers,
        into target: RenderTarget
    ) {
        // Readable on small and large windows alike.
        let scale = max(1, (Float(target.height) / 720).rounded())
        painter.pointSize = scale * (target.height < 480 ? 1 : 2)
        let margin = 16 * scale
        defer { painter.paint(width: target.width, height: target.height) }
        // The list of keys stands alone, so that it can be read.
        if layers.contains(.help), !help.isEmpty {
            return writeCentred(help, target, pad: 16 * scale)
        }
        if layers.contains(.text) {
            let lines = StatusText.lines(caption, frame, pace: pace)
            write(lines, x: margin, y: margin, pad: 8 * scale) { line in
                frame.status.holdsNow && line.hasPrefix("success") ? Self.good : Self.ink
            }
            writeInCorner(hints, target, margin: margin + 8 * scale, pad: 8 * scale)
        }
        if layers.contains(.chart) {
            chart.draw(
                with: painter,
                x: margin + 8 * scale,
                bottom: Float(target.height) - margin - 8 * scale,
                scale: scale
            )
        }
        if let notice = StatusText.notice(frame.notice) {
            writeNotice(notice, target, pad: 8 * scale)
        }
    }

    private func write(
        _ lines: [String],
        x: Float,
        y: Float,
        pad: Float,
        color: (String) -> SIMD4<Float> = { _ in Overlay.ink }
    ) {
        let longest = lines.map(\.utf8.count).max() ?? 0
        painter.fill(
            x: x - pad,
            y: y - pad,
            width: Float(longest) * painter.characterWidth + 2 * pad,
            height: Float(lines.count) * painter.lineHeight + 2 * pad,
            Self.panel
        )
        for (index, line) in lines.enumerated() {
            painter.write(line, x: x, y: y + Float(index) * painter.lineHeight, color(line))
        }
    }

    private func writeCentred(_ lines: [String], _ target: RenderTarget, pad: Float) {
        let longest = lines.map(\.utf8.count).max() ?? 0
        let x = (Float(target.width) - Float(longest) * painter.characterWidth) / 2
        let y = (Float(target.height) - Float(lines.count) * painter.lineHeight) / 2
        write(lines, x: max(pad, x.rounded()), y: max(pad, y.rounded()), pad: pad)
    }

    /// At the lower right.
    private func writeInCorner(
        _ lines: [String],
        _ target: RenderTarget,
        margin: Float,
        pad: Float
    ) {
        guard !lines.isEmpty else { return }
        let longest = lines.map(\.utf8.count).max() ?? 0
        write(
            lines,
            x: Float(target.width) - margin - Float(longest) * painter.characterWidth,
            y: Float(target.height) - margin - Float(lines.count) * painter.lineHeight,
            pad: pad
        )
    }

    private func writeNotice(_ line: String, _ target: RenderTarget, pad: Float) {
        let width = Float(line.utf8.count) * painter.characterWidth
        let x = ((Float(target.width) - width) / 2).rounded()
        write([line], x: max(pad, x), y: Float(target.height) * 0.62, pad: pad)
    }
}
