public import Glibc

/// Where the loop reads time.
///
/// It is passed in, so that a test can hold it in its hand.
public protocol TimeSource {
    /// The time since an arbitrary fixed start; never goes back.
    func now() -> TimeSpan
    /// Blocks until `instant` on the same scale; returns at once when it has passed.
    mutating func sleep(until instant: TimeSpan)
}

/// The kernel's monotonic clock, with absolute sleeps.
public struct MonotonicTime: TimeSource, Sendable {
    /// Creates a source; all sources share one scale.
    public init() {}

    /// `CLOCK_MONOTONIC`.
    @inlinable
    public func now() -> TimeSpan {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return TimeSpan(nanoseconds: Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec))
    }

    /// `clock_nanosleep` with an absolute time, resumed after signals.
    public func sleep(until instant: TimeSpan) {
        var time = timespec(
            tv_sec: Int(instant.nanoseconds / 1_000_000_000),
            tv_nsec: Int(instant.nanoseconds % 1_000_000_000)
        )
        while clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nil) == EINTR {}
    }
}

/// Time that moves only when told to, by a fixed amount each time it is read.
public final class ManualTime: TimeSource {
    private var instant: TimeSpan = .zero
    /// Added at every reading; zero leaves time still.
    public var advancePerReading: TimeSpan

    /// Creates a clock at zero.
    public init(advancePerReading: TimeSpan = .zero) {
        self.advancePerReading = advancePerReading
    }

    /// The current instant, after which time moves by ``advancePerReading``.
    public func now() -> TimeSpan {
        defer { instant = instant + advancePerReading }
        return instant
    }

    /// Jumps to `instant` if it lies ahead.
    public func sleep(until instant: TimeSpan) {
        self.instant = max(self.instant, instant)
    }

    /// Moves time forward.
    public func advance(by span: TimeSpan) {
        instant = instant + span
    }
}
