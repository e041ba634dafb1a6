import Runtime
import Sensing
import Spatial

/// Where everything visible was at the captures of one camera that are still on their way.
///
/// A capture keeps poses, not pixels: the picture is cast when the loop asks for it, so that its
/// cost falls into the sense stage, while its content is exact for the capture's instant.
struct CaptureLog {
    private let timing: SensorTiming
    private var schedule: SensorTiming
    private let visualCount: Int
    private let depth: Int
    /// Poses of the visuals, `depth` rows of `visualCount`, reused in turn.
    private var poses: [Pose]
    private var captured = 0

    init(timing: SensorTiming, visualCount: Int) {
        self.timing = timing
        schedule = timing
        self.visualCount = visualCount
        let longest = (timing.delay + timing.jitter).seconds
        depth = Int((longest * (timing.rateHertz ?? 0)).rounded(.up)) + 2
        poses = [Pose](repeating: .identity, count: depth * visualCount)
    }

    /// Starts an episode: nothing has been captured.
    mutating func reset(seed: UInt64) {
        schedule = timing.seeded(seed)
        captured = 0
    }

    /// When the next capture is due; nil for a sensor that captures whenever asked.
    var nextCapture: TimeSpan? { schedule.captureTime(captured) }

    /// Keeps the poses of a capture.
    mutating func capture(_ current: [Pose]) {
        let row = captured % depth * visualCount
        for index in 0..<visualCount { poses[row + index] = current[index] }
        captured += 1
    }

    /// The newest capture that has arrived, or nil before the first.
    func newest(arrivedBy now: TimeSpan) -> (index: Int, capturedAt: TimeSpan)? {
        guard let newest = schedule.newestCapture(arrivedBy: now) else { return nil }
        return newest.index < captured ? newest : nil
    }

    /// The pose of a visual at a capture that ``newest(arrivedBy:)`` gave.
    func pose(ofVisual visual: Int, atCapture index: Int) -> Pose {
        poses[index % depth * visualCount + visual]
    }
}
