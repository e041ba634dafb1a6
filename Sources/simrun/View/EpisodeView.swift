import Runtime
import Sensing
import Viewer

/// One episode as people see it: published after every tick, and paced to real time.
///
/// Belongs to the loop's thread. Nothing that is computed depends on it.
final class EpisodeView {
    private let publisher: ViewPublisher
    private let capture: SceneCapture?
    private let controls: ViewControls
    private var pace: ViewPace<MonotonicTime>?

    /// Begins an episode; nil when nobody looks at it.
    ///
    /// - Parameters:
    ///   - view: The run's view.
    ///   - seed: Its seed.
    init?(_ view: RunView?, seed: UInt64) {
        guard let view else { return nil }
        let isFirst = seed == view.firstSeed
        guard view.hasWindow || (view.capture != nil && isFirst) else { return nil }
        publisher = view.publisher
        controls = view.controls
        capture = isFirst ? view.capture : nil
        pace = view.hasWindow ? ViewPace(controls: controls, time: MonotonicTime()) : nil
        publisher.beginEpisode(seed: seed)
    }

    /// Whether the window has asked for the end.
    var isQuitting: Bool { controls.isQuitting }

    /// Shows the loop after a tick, and waits for real time if a window is open.
    func show<Body: Plant & ViewedScene, Brain: Policy, Time: TimeSource>(
        _ loop: inout ControlLoop<Body, Brain, Time>
    ) {
        publisher.publishTick(&loop)
        capture?.look(at: &loop, publisher: publisher)
        pace?.wait(elapsed: loop.plant.elapsed)
    }

    /// Takes the picture that was asked for, if its time was the end.
    func finish<Body: Plant & ViewedScene, Brain: Policy, Time: TimeSource>(
        _ loop: inout ControlLoop<Body, Brain, Time>
    ) {
        capture?.finish(&loop, publisher: publisher)
    }
}
