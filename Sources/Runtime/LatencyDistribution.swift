import Histogram

/// The distribution of one latency: an HdrHistogram, with extremes and sum kept exactly.
///
/// Percentiles are within 0.1 %, and exact where all samples are equal.
struct LatencyDistribution: Sendable {
    /// A day in nanoseconds: nothing in a tick lasts longer.
    private static let highest: UInt64 = 86_400_000_000_000

    private var histogram = Histogram<UInt32>(
        highestTrackableValue: highest,
        numberOfSignificantValueDigits: .three
    )
    private var sum = 0.0
    private var minimum = TimeSpan(nanoseconds: .max)
    /// The largest sample.
    private(set) var maximum = TimeSpan.zero
    /// Samples so far.
    private(set) var count = 0

    /// Adds a sample; a negative one counts as 0.
    mutating func record(_ span: TimeSpan) {
        let nanoseconds = UInt64(max(0, span.nanoseconds))
        histogram.record(min(nanoseconds, Self.highest))
        sum += Double(nanoseconds)
        minimum = min(minimum, max(.zero, span))
        maximum = max(maximum, span)
        count += 1
    }

    /// Adds all samples of another distribution.
    mutating func add(_ other: LatencyDistribution) {
        histogram.add(other.histogram)
        sum += other.sum
        minimum = min(minimum, other.minimum)
        maximum = max(maximum, other.maximum)
        count += other.count
    }

    /// The mean in microseconds; 0 without samples.
    var meanMicroseconds: Double { count > 0 ? sum / Double(count) / 1000 : 0 }

    /// The value that a share of the samples is at most, in microseconds; 0 without samples.
    func microseconds(atPercentile percentile: Double) -> Double {
        guard count > 0 else { return 0 }
        let bucket = Double(histogram.valueAtPercentile(percentile)) / 1000
        return min(max(bucket, minimum.microseconds), maximum.microseconds)
    }

    /// Calls `body` with each value seen, within 0.1 %, and how often, ascending.
    func eachSample(_ body: (_ nanoseconds: Int64, _ count: Int) -> Void) {
        for value in histogram.recordedValues() { body(Int64(value.value), Int(value.count)) }
    }
}
