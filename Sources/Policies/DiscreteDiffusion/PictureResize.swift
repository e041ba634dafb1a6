import Inference
import Runtime

/// Turns a camera's picture into a network's: the mean of the pixels under each pixel, as bytes.
///
/// Pixel i of n lies over the source's pixels `⌊i w / n⌋ ..< ⌈(i + 1) w / n⌉`. Means are rounded, halves up,
/// in whole numbers, so training and runtime agree to the last bit. A picture that is not square is
/// squeezed.
struct PictureResize {
    private let size: Int
    private var width = 0
    private var height = 0
    private var columns: [Range<Int>] = []
    private var rows: [Range<Int>] = []

    init(size: Int) { self.size = size }

    /// Fills a picture of `size` pixels each way with numbers from -1 to 1.
    ///
    /// Allocates only when a frame has another size than the last.
    mutating func fill(_ picture: ImageBuffer, from frame: CameraFrame) {
        if frame.width != width || frame.height != height {
            (width, height) = (frame.width, frame.height)
            columns = Self.ranges(width, size)
            rows = Self.ranges(height, size)
        }
        frame.rgb.withUnsafeBufferPointer { source in
            for y in 0..<size {
                for x in 0..<size {
                    let output = picture.base + (y * size + x) * 3
                    let mean = mean(source, rows[y], columns[x])
                    for channel in 0..<3 {
                        output[channel] = Float(mean[channel]) * Float(2.0 / 255) - 1
                    }
                }
            }
        }
    }

    private func mean(
        _ source: UnsafeBufferPointer<UInt8>,
        _ rows: Range<Int>,
        _ columns: Range<Int>
    ) -> SIMD4<UInt32> {
        var sum = SIMD4<UInt32>()
        for row in rows {
            for column in columns {
                let at = (row * width + column) * 3
                sum[0] += UInt32(source[at])
                sum[1] += UInt32(source[at + 1])
                sum[2] += UInt32(source[at + 2])
            }
        }
        let count = UInt32(rows.count * columns.count)
        for channel in 0..<3 { sum[channel] = (2 * sum[channel] + count) / (2 * count) }
        return sum
    }

    private static func ranges(_ old: Int, _ new: Int) -> [Range<Int>] {
        (0..<new).map { $0 * old / new..<(($0 + 1) * old + new - 1) / new }
    }
}
