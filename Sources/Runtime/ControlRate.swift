public import Diagnostics

/// The control period as a whole number of physics timesteps.
///
/// The timestep is `1 / (rate · n)`, with `n` the least whole number that keeps it at or under
/// the task's own timestep, so any control rate divides evenly.
public struct ControlRate: Equatable, Sendable, BitwiseCopyable {
    /// Ticks per second.
    public let hertz: Double
    /// Physics timesteps in one control period.
    public let substepsPerTick: Int

    /// Derives the physics timestep.
    ///
    /// - Parameters:
    ///   - hertz: The control rate, in `[0.1, 10000]`.
    ///   - physicsHertz: The task's physics rate, in `[1, 100000]`; the derived one is at least this.
    /// - Throws: ``Diagnostics/InputError`` outside the ranges.
    public init(hertz: Double, physicsHertz: Double) throws(InputError) {
        guard hertz >= 0.1, hertz <= 10_000 else {
            throw InputError(
                key: "rate",
                expected: "a control rate from 0.1 Hz to 10000 Hz",
                found: "\(hertz) Hz"
            )
        }
        guard physicsHertz >= 1, physicsHertz <= 100_000 else {
            throw InputError(
                key: "physics",
                expected: "a physics rate from 1 Hz to 100000 Hz",
                found: "\(physicsHertz) Hz"
            )
        }
        self.hertz = hertz
        // The slack keeps 240 / 60 at 4 where the division rounds a hair upwards.
        substepsPerTick = max(1, Int((physicsHertz / hertz - 1e-9).rounded(.up)))
    }

    /// The physics timestep in seconds.
    public var timestepSeconds: Double { 1 / (hertz * Double(substepsPerTick)) }

    /// Physics timesteps per second.
    public var physicsHertz: Double { hertz * Double(substepsPerTick) }

    /// The control period, rounded to nanoseconds; use ``start(ofTick:)`` for absolute times.
    public var period: TimeSpan { .seconds(1 / hertz) }

    /// When tick `index` starts, since tick 0, without accumulated rounding.
    public func start(ofTick index: Int) -> TimeSpan { .seconds(Double(index) / hertz) }

    /// The instant after `count` physics timesteps.
    public func instant(afterSubsteps count: Int) -> TimeSpan {
        .seconds(Double(count) / physicsHertz)
    }

    /// The least number of timesteps that covers `span`: a charged delay is rounded up.
    ///
    /// Exact in whole nanoseconds: `n` timesteps cover ``instant(afterSubsteps:)`` of `n`.
    public func substeps(covering span: TimeSpan) -> Int {
        guard span > .zero else { return 0 }
        let span = min(span, .seconds(.infinity))
        var count = max(0, Int(span.seconds * physicsHertz) - 1)
        while instant(afterSubsteps: count) < span { count += 1 }
        return count
    }
}
