import Foundation

/// An axis from 0 with ticks at round numbers.
struct PlotAxis {
    /// From 0 to the axis's end.
    let ticks: [Double]

    /// The end of the axis; at least the greatest value, and never 0.
    var last: Double { ticks.last ?? 1 }

    /// Ticks 1, 2 or 5 times a power of ten apart, about six of them.
    init(upTo greatest: Double) {
        let span = greatest > 0 ? greatest : 1
        let rough = span / 6
        let power = pow(10, floor(log10(rough)))
        let step = [1, 2, 5, 10].map { $0 * power }.first { $0 >= rough } ?? 10 * power
        let count = Int((span / step).rounded(.up))
        ticks = (0...max(1, count)).map { Double($0) * step }
    }
}

/// Shapes that tell lines apart without colour.
enum PlotMarker {
    static func draw(
        _ index: Int,
        at place: (x: Double, y: Double),
        class name: String,
        in drawing: inout SVGDrawing
    ) {
        let corners: [(Double, Double)]
        switch index % 4 {
        case 0:
            drawing.circle(place, radius: 4, class: name)
            return
        case 1: corners = [(-4, -4), (4, -4), (4, 4), (-4, 4)]
        case 2: corners = [(0, -5), (4.5, 4), (-4.5, 4)]
        default: corners = [(0, -5.5), (5.5, 0), (0, 5.5), (-5.5, 0)]
        }
        drawing.polygon(corners.map { (place.x + $0.0, place.y + $0.1) }, class: name)
    }
}
