import Diagnostics
import Foundation
import Recording
import Runtime

/// Pictures of an episode that its recording holds: of one that cannot be run again.
struct RecordedStrip {
    private(set) var seconds: [Double] = []
    private(set) var rgb = Data()

    /// Takes the first camera's pictures at even times; none where the recording has no camera.
    ///
    /// - Throws: `InputError` for a recording that cannot be read.
    init(path: String, count: Int, width: Int, height: Int) throws(InputError) {
        let recording = try RecordedEpisode(path: path)
        guard let camera = recording.layout.cameras.first, !recording.ticks.isEmpty else { return }
        let pictures = try RecordedPictures(recording, camera: camera)
        let last = recording.ticks.count - 1
        for index in 0..<count {
            let tick = last * index / max(1, count - 1)
            let picture = try pictures.rgb(at: tick)
            rgb += Self.fitted(
                picture,
                (width: camera.width, height: camera.height),
                width: width,
                height: height
            )
            seconds.append(Double(pictures.capturedAt(tick)) * 1e-9)
        }
    }

    /// A picture of another size, grey beside it, by the nearest pixel.
    static func fitted(
        _ rgb: [UInt8],
        _ size: (width: Int, height: Int),
        width: Int,
        height: Int
    ) -> Data {
        let scale = min(
            Double(width) / Double(size.width),
            Double(height) / Double(size.height)
        )
        let left = (width - Int(Double(size.width) * scale)) / 2
        let top = (height - Int(Double(size.height) * scale)) / 2
        var fitted = Data(repeating: 128, count: 3 * width * height)
        for y in top..<height - top {
            for x in left..<width - left {
                let column = min(size.width - 1, Int(Double(x - left) / scale))
                let row = min(size.height - 1, Int(Double(y - top) / scale))
                let from = 3 * (row * size.width + column)
                let to = 3 * (y * width + x)
                for channel in 0..<3 { fitted[to + channel] = rgb[from + channel] }
            }
        }
        return fitted
    }
}
