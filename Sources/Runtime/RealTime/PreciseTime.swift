internal import CRealtime

/// The monotonic clock, with sleeps that end on the deadline rather than some time after.
///
/// A thread that sleeps to its deadline wakes late by the time the kernel and the processor need
/// to get it going, tens of microseconds. Here it sleeps to ``early`` before the deadline and
/// waits the rest awake, which costs at most `early` of processor time per sleep.
public struct PreciseTime: TimeSource, Sendable {
    /// How long before the deadline the sleep ends; the longest busy wait.
    public let early: TimeSpan
    private let clock = MonotonicTime()

    /// Creates a source on the scale of ``MonotonicTime``.
    ///
    /// - Parameter early: From 0, which never waits awake, to 1 ms. The default outlasts nearly every
    ///   wake-up of a `SCHED_FIFO` thread in a virtual machine and is a fifth of a period at 1 kHz.
    public init(early: TimeSpan = .microseconds(200)) {
        precondition(early >= .zero && early <= .milliseconds(1), "early out of range")
        self.early = early
    }

    /// `CLOCK_MONOTONIC`.
    public func now() -> TimeSpan { clock.now() }

    /// Sleeps until shortly before `instant`, then waits awake.
    public func sleep(until instant: TimeSpan) {
        let wake = instant - early
        if wake > clock.now() { clock.sleep(until: wake) }
        while clock.now() < instant { cr_pause() }
    }
}
