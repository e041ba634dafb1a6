import Diagnostics
import Runtime

/// What a thread on the wall clock has around it: what the system granted, a watchdog, and a
/// clock of the time that the host took away.
final class WallClockSession {
    private var grants: RealTimeGrants
    private let watchdog: Watchdog?
    private let clock = StealClock()
    private var last = TimeSpan.zero

    /// Asks for real time on behalf of the calling thread, saying once what was granted.
    ///
    /// - Parameter patience: How long the loop may be silent before the watchdog speaks.
    init(patience: TimeSpan, quiet: Bool) {
        let wish = RealTimeWish()
        // Before the grants: a thread inherits the processor of the one that starts it.
        watchdog = Watchdog(limit: patience, priority: wish.priority.map { min(99, $0 + 1) }) {
            Console.errorText(
                "simrun: the loop stalls; the robot is braked as soon as it goes on"
            )
        }
        grants = RealTimeGrants.request(wish)
        last = clock.read().stolen
        if !quiet { grants.lines.forEach(Console.errorText) }
    }

    /// Tells the watchdog that the loop lives.
    func beat() { watchdog?.beat() }

    /// Between episodes nothing is watched, and no time is booked.
    func rest() {
        watchdog?.rest()
        _ = stolen()
    }

    /// Time that the host took from this machine since the last reading.
    func stolen() -> TimeSpan {
        let now = clock.read().stolen
        defer { last = now }
        return now - last
    }

    deinit {
        watchdog?.stop()
        grants.giveBack()
    }
}
