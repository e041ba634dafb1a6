import Diagnostics
import Runtime
import Sensing
import Viewer

/// One instant of the first episode, kept for a picture.
///
/// Belongs to the thread that runs the first episode; read when all threads have ended.
final class SceneCapture: @unchecked Sendable {
    // Unchecked: one thread after the other.

    /// Episode time of the picture; nil for the episode's end.
    private let moment: TimeSpan?
    /// The instant, once its time has come.
    private(set) var frame: ViewFrame?
    /// The last ticks up to it.
    private(set) var traces: [TickTrace] = []

    init(moment: TimeSpan?) {
        self.moment = moment
    }

    /// Looks at the first episode after each tick.
    func look<Body: Plant & ViewedScene, Brain: Policy, Time: TimeSource>(
        at loop: inout ControlLoop<Body, Brain, Time>,
        publisher: ViewPublisher
    ) {
        guard frame == nil else { return }
        traces.append(loop.lastTrace)
        guard let moment, loop.plant.elapsed >= moment else { return }
        frame = publisher.frame(of: &loop)
    }

    /// Takes the picture at the end, unless it has been taken.
    func finish<Body: Plant & ViewedScene, Brain: Policy, Time: TimeSource>(
        _ loop: inout ControlLoop<Body, Brain, Time>,
        publisher: ViewPublisher
    ) {
        if frame == nil { frame = publisher.frame(of: &loop) }
    }
}
