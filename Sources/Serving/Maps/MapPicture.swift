import Runtime

/// A camera's picture as another convention wants it.
public struct MapPicture: Equatable, Sendable {
    /// The order of the axes.
    public enum Layout: String, CaseIterable, Sendable {
        /// Height, width, channel.
        case hwc
        /// Channel, height, width.
        case chw
    }

    /// The camera's name in the task.
    public var camera: String
    /// Pixels.
    public var height: Int
    /// Pixels.
    public var width: Int
    /// The order of the axes.
    public var layout: Layout
    /// Whether the picture is turned by half a turn.
    public var isTurned: Bool

    /// The picture: fitted into the size with its shape kept, black around, bytes 0 to 255.
    func array(of frame: CameraFrame) -> NumpyArray {
        let scale = min(
            Double(width) / Double(frame.width),
            Double(height) / Double(frame.height)
        )
        let inner = (
            width: max(1, Int((Double(frame.width) * scale).rounded())),
            height: max(1, Int((Double(frame.height) * scale).rounded()))
        )
        let left = (width - inner.width) / 2
        let top = (height - inner.height) / 2
        var bytes = [UInt8](repeating: 0, count: width * height * 3)
        for y in 0..<inner.height {
            let v = (Double(y) + 0.5) * Double(frame.height) / Double(inner.height) - 0.5
            for x in 0..<inner.width {
                let u = (Double(x) + 0.5) * Double(frame.width) / Double(inner.width) - 0.5
                let row = isTurned ? height - 1 - (top + y) : top + y
                let column = isTurned ? width - 1 - (left + x) : left + x
                for channel in 0..<3 {
                    let value = Self.sample(frame, u, v, channel)
                    bytes[index(row, column, channel)] = value
                }
            }
        }
        let shape = layout == .hwc ? [height, width, 3] : [3, height, width]
        return NumpyArray(type: .uint8, shape: shape, bytes: bytes)
    }

    private func index(_ row: Int, _ column: Int, _ channel: Int) -> Int {
        switch layout {
        case .hwc: (row * width + column) * 3 + channel
        case .chw: (channel * height + row) * width + column
        }
    }

    /// The value between four pixels, in proportion; past the edge the edge's.
    private static func sample(_ frame: CameraFrame, _ u: Double, _ v: Double, _ channel: Int)
        -> UInt8
    {
        let x = min(max(u, 0), Double(frame.width - 1))
        let y = min(max(v, 0), Double(frame.height - 1))
        let (x0, y0) = (Int(x), Int(y))
        let (x1, y1) = (min(x0 + 1, frame.width - 1), min(y0 + 1, frame.height - 1))
        func pixel(_ x: Int, _ y: Int) -> Double {
            Double(frame.rgb[(y * frame.width + x) * 3 + channel])
        }
        let (fx, fy) = (x - Double(x0), y - Double(y0))
        let upper = pixel(x0, y0) * (1 - fx) + pixel(x1, y0) * fx
        let lower = pixel(x0, y1) * (1 - fx) + pixel(x1, y1) * fx
        return UInt8((upper * (1 - fy) + lower * fy).rounded())
    }
}
