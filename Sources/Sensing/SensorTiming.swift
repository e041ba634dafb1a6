public import Diagnostics
public import Runtime
internal import Spatial

/// When a sensor captures, and when each capture arrives at the control loop.
///
/// Capture `k` happens `k / rateHertz` after the episode's start, to the nearest nanosecond. It
/// arrives `delay` and a jitter later; the jitter is uniform in `[0, jitter]`, drawn from the seed
/// by the capture's number alone. Arrivals keep the order of captures: one that would overtake
/// arrives with the one before it. All is exact in whole nanoseconds and the same on every machine.
public struct SensorTiming: Equatable, Sendable, BitwiseCopyable {
    /// Captures a second, or nil for a capture whenever one is asked for, without any delay.
    public let rateHertz: Double?
    /// The least time from capture to arrival.
    public let delay: TimeSpan
    /// The most time on top of the delay.
    public let jitter: TimeSpan
    private let seed: UInt64
    private let stream: UInt32

    /// A sensor that captures whenever asked and delivers at once.
    public static let immediate = SensorTiming()

    private init() {
        rateHertz = nil
        delay = .zero
        jitter = .zero
        seed = 0
        stream = 0
    }

    /// Creates a schedule.
    ///
    /// - Parameters:
    ///   - rateHertz: Captures a second, `0.001...1e6`; nil for a capture whenever asked.
    ///   - delay: The least time from capture to arrival, up to 10 s.
    ///   - jitter: The most time on top of the delay, up to 10 s.
    ///   - seed: The episode's seed.
    ///   - stream: A number of this sensor alone. Draws use the random streams from
    ///     `(stream + 1) << 32` on, so small stream numbers stay free for others.
    /// - Throws: ``InputError`` for a value out of range, or a delay or jitter without a rate.
    public init(
        rateHertz: Double?,
        delay: TimeSpan = .zero,
        jitter: TimeSpan = .zero,
        seed: UInt64 = 0,
        stream: UInt32 = 0
    ) throws(InputError) {
        if let rateHertz, !(rateHertz >= 1e-3 && rateHertz <= 1e6) {
            throw InputError(key: "rate", expected: "0.001 to 1e6 Hz", found: "\(rateHertz) Hz")
        }
        for (key, span) in [("delay", delay), ("jitter", jitter)] {
            guard span >= .zero, span <= .seconds(10) else {
                throw InputError(key: key, expected: "0 to 10 s", found: "\(span.seconds) s")
            }
        }
        guard rateHertz != nil || (delay == .zero && jitter == .zero) else {
            throw InputError(
                key: "rate",
                expected: "a rate beside a delay or jitter",
                found: "none"
            )
        }
        // The search for the newest arrival walks over what the jitter spans.
        guard (rateHertz ?? 0) * jitter.seconds <= Self.longestWalk else {
            throw InputError(
                key: "jitter",
                expected: "at most \(Int(Self.longestWalk)) captures' time",
                found: "\(jitter.seconds) s"
            )
        }
        self.rateHertz = rateHertz
        self.delay = delay
        self.jitter = jitter
        self.seed = seed
        self.stream = stream
    }

    private static let longestWalk = 100.0

    /// The same schedule with another episode's jitter.
    public func seeded(_ seed: UInt64) -> SensorTiming {
        SensorTiming(copying: self, seed: seed)
    }

    private init(copying other: SensorTiming, seed: UInt64) {
        rateHertz = other.rateHertz
        delay = other.delay
        jitter = other.jitter
        stream = other.stream
        self.seed = seed
    }

    /// The time of capture `index` (from 0); nil for a sensor without a rate.
    public func captureTime(_ index: Int) -> TimeSpan? {
        guard let rateHertz else { return nil }
        return captureTime(index, rateHertz: rateHertz)
    }

    /// The time when capture `index` (from 0) arrives; nil for a sensor without a rate.
    public func arrivalTime(_ index: Int) -> TimeSpan? {
        guard let rateHertz else { return nil }
        // An earlier capture can hold this one back only if its greatest delay reaches past it.
        var latest = ownArrival(index, rateHertz: rateHertz)
        var earlier = index - 1
        while earlier >= 0,
            captureTime(earlier, rateHertz: rateHertz) + delay + jitter > latest
        {
            latest = max(latest, ownArrival(earlier, rateHertz: rateHertz))
            earlier -= 1
        }
        return latest
    }

    /// The number of captures up to and including `now`; nil for a sensor without a rate.
    public func captureCount(through now: TimeSpan) -> Int? {
        guard let rateHertz else { return nil }
        return captureCount(through: now, rateHertz: rateHertz)
    }

    /// The newest capture that has arrived by `now`, or nil if none has.
    ///
    /// A sensor without a rate captures at `now` itself, as index 0.
    public func newestCapture(
        arrivedBy now: TimeSpan
    ) -> (index: Int, capturedAt: TimeSpan)? {
        guard let rateHertz else { return now >= .zero ? (0, now) : nil }
        // All before `first` have arrived whatever their jitter; from there the first that is
        // late holds back the rest.
        let end = captureCount(through: now - delay, rateHertz: rateHertz)
        let first = captureCount(through: now - delay - jitter, rateHertz: rateHertz)
        var index = first
        while index < end, ownArrival(index, rateHertz: rateHertz) <= now { index += 1 }
        guard index > 0 else { return nil }
        return (index - 1, captureTime(index - 1, rateHertz: rateHertz))
    }

    private func captureTime(_ index: Int, rateHertz: Double) -> TimeSpan {
        TimeSpan(nanoseconds: Int64((Double(index) * 1e9 / rateHertz).rounded()))
    }

    /// Without regard to the captures before it.
    private func ownArrival(_ index: Int, rateHertz: Double) -> TimeSpan {
        let punctual = captureTime(index, rateHertz: rateHertz) + delay
        guard jitter > .zero else { return punctual }
        let number = (UInt64(stream) + 1) << 32 | UInt64(UInt32(truncatingIfNeeded: index))
        var draws = RandomStream(seed: seed, stream: number)
        let share = draws.uniform() * Double(jitter.nanoseconds + 1)
        return punctual + TimeSpan(nanoseconds: min(Int64(share), jitter.nanoseconds))
    }

    private func captureCount(through now: TimeSpan, rateHertz: Double) -> Int {
        guard now >= .zero else { return 0 }
        // A hundred years keep all times far from overflow.
        let now = min(now, .seconds(3.2e9))
        // The estimate is off by one at most; the captures' own rounding decides.
        var count = Int(Double(now.nanoseconds) * 1e-9 * rateHertz)
        while captureTime(count, rateHertz: rateHertz) <= now { count += 1 }
        while count > 0, captureTime(count - 1, rateHertz: rateHertz) > now { count -= 1 }
        return count
    }
}
