/// A signed span of time, or an instant as a span since a stated start, in whole nanoseconds.
public struct TimeSpan: Comparable, Hashable, Sendable, BitwiseCopyable {
    /// The span in nanoseconds.
    public var nanoseconds: Int64

    /// No time.
    public static let zero = TimeSpan(nanoseconds: 0)

    /// Creates a span of whole nanoseconds.
    @inlinable
    public init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    /// A span of `value` microseconds.
    public static func microseconds(_ value: Double) -> TimeSpan { seconds(value * 1e-6) }

    /// A span of `value` milliseconds.
    public static func milliseconds(_ value: Double) -> TimeSpan { seconds(value * 1e-3) }

    /// A span of `value` seconds, rounded to nanoseconds and clamped to ±100 years.
    public static func seconds(_ value: Double) -> TimeSpan {
        let bound = 3.2e18
        let scaled = (value * 1e9).rounded()
        return TimeSpan(nanoseconds: Int64(scaled.isNaN ? 0 : min(max(scaled, -bound), bound)))
    }

    /// The span in seconds.
    @inlinable public var seconds: Double { Double(nanoseconds) * 1e-9 }
    /// The span in milliseconds.
    @inlinable public var milliseconds: Double { Double(nanoseconds) * 1e-6 }
    /// The span in microseconds.
    @inlinable public var microseconds: Double { Double(nanoseconds) * 1e-3 }

    /// Orders spans by length.
    @inlinable
    public static func < (a: TimeSpan, b: TimeSpan) -> Bool { a.nanoseconds < b.nanoseconds }

    /// The sum of two spans.
    @inlinable
    public static func + (a: TimeSpan, b: TimeSpan) -> TimeSpan {
        TimeSpan(nanoseconds: a.nanoseconds &+ b.nanoseconds)
    }

    /// The difference of two spans.
    @inlinable
    public static func - (a: TimeSpan, b: TimeSpan) -> TimeSpan {
        TimeSpan(nanoseconds: a.nanoseconds &- b.nanoseconds)
    }

    /// A span a whole number of times as long.
    @inlinable
    public static func * (a: TimeSpan, factor: Int) -> TimeSpan {
        TimeSpan(nanoseconds: a.nanoseconds &* Int64(factor))
    }
}
