public import Runtime
public import Sensing
import Spatial

/// Copies what a viewer shows out of a loop, between ticks.
///
/// Belongs to the loop's thread; readers see ``frames`` and ``traces``. Neither locks nor, once an
/// episode is under way, allocates.
public final class ViewPublisher: @unchecked Sendable {
    // Unchecked: the counters belong to the loop's thread; the rest is made for two threads.

    /// Ticks that a reader may fall behind before traces are dropped.
    private static let traceCapacity = 1 << 10

    /// The newest instants.
    public let frames = TripleBuffer(ViewFrame())
    /// Every tick's trace, for one reader.
    public let traces = TraceRing(capacity: ViewPublisher.traceCapacity)

    private var episode = -1
    private var seed: UInt64 = 0
    private var misses = 0

    /// Creates a publisher before the first episode.
    public init() {}

    /// Starts an episode.
    public func beginEpisode(seed: UInt64) {
        episode += 1
        self.seed = seed
        misses = 0
    }

    /// Copies the loop as it is after a tick.
    public func publishTick<Body: Plant & ViewedScene, Brain: Policy, Time: TimeSource>(
        _ loop: inout ControlLoop<Body, Brain, Time>
    ) {
        misses += Int(loop.lastTrace.missedPeriods)
        traces.push(loop.lastTrace)
        publish(&loop, notice: .none)
    }

    /// Copies the loop as it is, with a word to the person at the window.
    public func publish<Body: Plant & ViewedScene, Brain: Policy, Time: TimeSource>(
        _ loop: inout ControlLoop<Body, Brain, Time>,
        notice: ViewNotice
    ) {
        frames.write { fill(&$0, from: &loop, notice: notice) }
    }

    /// The loop as it is, to be kept; allocates.
    public func frame<Body: Plant & ViewedScene, Brain: Policy, Time: TimeSource>(
        of loop: inout ControlLoop<Body, Brain, Time>
    ) -> ViewFrame {
        var frame = ViewFrame()
        fill(&frame, from: &loop, notice: .none)
        return frame
    }

    private func fill<Body: Plant & ViewedScene, Brain: Policy, Time: TimeSource>(
        _ frame: inout ViewFrame,
        from loop: inout ControlLoop<Body, Brain, Time>,
        notice: ViewNotice
    ) {
        frame.episode = episode
        frame.seed = seed
        frame.misses = misses
        frame.notice = notice
        frame.copy(&loop)
    }
}

extension ViewFrame {
    /// Copies a loop's instant into storage of the right size.
    fileprivate mutating func copy<Body: Plant & ViewedScene, Brain: Policy, Time: TimeSource>(
        _ loop: inout ControlLoop<Body, Brain, Time>
    ) {
        elapsed = loop.plant.elapsed
        tick = loop.tickIndex
        status = loop.plant.status
        instruction = loop.observation.instruction
        goal = loop.plant.goal
        loop.plant.readVisuals(into: &visuals)
        loop.plant.readFrames(into: &frames)
        contactCount = contacts.withUnsafeMutableBufferPointer {
            loop.plant.readContacts(into: $0)
        }
        pathCount = path.withUnsafeMutableBufferPointer { loop.predictedPath(into: $0) }
        let count = loop.observation.cloud.coordinates.count
        if cloud.count != count { cloud = [Float](repeating: 0, count: count) }
        cloud.withUnsafeMutableBufferPointer {
            _ = $0.update(fromContentsOf: loop.observation.cloud.coordinates)
        }
    }
}
