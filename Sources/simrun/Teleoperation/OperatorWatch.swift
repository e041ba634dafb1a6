import Runtime
import Tasks
import Viewer

/// What happens between the ticks of teleoperation: the scene is shown, real time is kept, and the
/// operator is heard.
struct OperatorWatch<Source: CommandSource, Time: TimeSource> {
    /// How often the operator is looked at while the world waits.
    private static var glance: TimeSpan { .milliseconds(10) }

    private let link: OperatorLink
    private let publisher: ViewPublisher
    private let controls: ViewControls
    private var source: Source
    private var time: Time
    private var pace: ViewPace<Time>
    private let tell: (String) -> Void
    /// What the operator asked for before the episode's end, if that settles it.
    private var early: OperatorLink.Request?

    init(
        link: OperatorLink,
        publisher: ViewPublisher,
        controls: ViewControls,
        source: Source,
        time: Time,
        tell: @escaping (String) -> Void
    ) {
        self.link = link
        self.publisher = publisher
        self.controls = controls
        self.source = source
        self.time = time
        self.tell = tell
        pace = ViewPace(controls: controls, time: time)
    }

    /// Whether the session is to end.
    var isQuitting: Bool { controls.isQuitting }

    /// Forgets the last episode.
    mutating func prepare(seed: UInt64) {
        link.beginEpisode()
        publisher.beginEpisode(seed: seed)
        pace.beginEpisode()
        early = nil
    }

    /// Waits for the operator's word on the episode that has ended.
    ///
    /// - Parameter steps: Policy steps that were recorded; an episode without any is begun again.
    /// - Returns: Nil when the session is to end.
    mutating func verdict<Brain: Policy>(
        on loop: inout ControlLoop<SimulatedPlant, Brain, MonotonicTime>,
        steps: Int
    ) -> OperatorLink.Request? {
        if let early { return early }
        let status = loop.plant.status
        let succeeded = status.succeededAt != nil
        if steps > 0 {
            tell(
                status.succeededAt.map { "success after \($0.seconds.text(2)) s" }
                    ?? "no success in \(loop.plant.elapsed.seconds.text(2)) s"
            )
        }
        while !controls.isQuitting {
            guard steps > 0 else { return .discard }
            publisher.publish(&loop, notice: succeeded ? .judgeSuccess : .judgeFailure)
            source.update(link, during: .judging(succeeded: succeeded), loop.observation)
            if let request = link.takeRequest() { return request }
            time.sleep(until: time.now() + Self.glance)
        }
        return nil
    }
}

extension OperatorWatch: DemonstrationObserver {
    /// Shows the scene, and waits for the first command.
    mutating func begins<Brain: Policy>(
        _ loop: inout ControlLoop<SimulatedPlant, Brain, MonotonicTime>
    ) -> Bool {
        while !controls.isQuitting {
            publisher.publish(&loop, notice: .moveToBegin)
            source.update(link, during: .ready, loop.observation)
            if link.command.isActive { return true }
            if link.takeRequest() == .skip {
                early = .skip
                return false
            }
            time.sleep(until: time.now() + Self.glance)
        }
        return false
    }

    /// Shows the tick, keeps real time, and hears the operator.
    mutating func goesOn<Brain: Policy>(
        after loop: inout ControlLoop<SimulatedPlant, Brain, MonotonicTime>
    ) -> Bool {
        publisher.publishTick(&loop)
        pace.wait(elapsed: loop.plant.elapsed)
        source.update(link, during: .running, loop.observation)
        guard let request = link.takeRequest() else { return !controls.isQuitting }
        // Here "accept" ends the episode; whether it is kept is asked then.
        if request != .accept { early = request }
        return false
    }
}
