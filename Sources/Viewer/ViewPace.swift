public import Runtime

/// Paces episodes to real time, or a multiple of it, between ticks; the loop's thread only.
///
/// What is computed does not depend on it: world time counts timesteps, whatever the pace.
public struct ViewPace<Time: TimeSource> {
    /// How often a waiting loop looks at the controls.
    private static var glance: TimeSpan { .milliseconds(5) }

    private let controls: ViewControls
    private var time: Time
    private var speed = 0.0
    /// The real instant at which episode time was ``anchorElapsed``.
    private var anchor = TimeSpan.zero
    private var anchorElapsed = TimeSpan.zero

    /// Creates a pace.
    ///
    /// - Parameters:
    ///   - controls: Pause, speed and end.
    ///   - time: Where time is read and slept.
    public init(controls: ViewControls, time: Time) {
        self.controls = controls
        self.time = time
    }

    /// Forgets the last episode.
    public mutating func beginEpisode() { speed = 0 }

    /// Sleeps until real time has caught up with the episode, and while it is paused.
    ///
    /// - Parameter elapsed: Episode time.
    public mutating func wait(elapsed: TimeSpan) {
        guard !controls.isWallClock else { return }
        while !controls.isQuitting {
            if controls.isPaused {
                speed = 0
                if controls.takeTick() { return }
                time.sleep(until: time.now() + Self.glance)
                continue
            }
            let now = time.now()
            if controls.speed != speed {
                speed = controls.speed
                anchor = now
                anchorElapsed = elapsed
            }
            let due = anchor + .seconds((elapsed - anchorElapsed).seconds / speed)
            guard due > now else {
                // Time that the machine could not keep up with is not made up.
                if now - due > .milliseconds(100) { speed = 0 }
                return
            }
            time.sleep(until: min(due, now + Self.glance))
        }
    }
}
