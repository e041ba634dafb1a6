/// Writes a trace file line by line while a run is measured.
public struct LatencyTraceText: Sendable {
    private static let header =
        "# simrun latency trace: one line a tick, microseconds, - where a stage did not run\n"
        + "sense_us infer_us rerank_us act_us\n"

    private var rows = ""

    /// The whole file so far.
    public var text: String { Self.header + rows }

    /// Creates a trace of no ticks.
    public init() {}

    /// Starts an episode.
    public mutating func beginEpisode(seed: UInt64) {
        rows += "episode \(seed)\n"
    }

    /// Adds one tick.
    public mutating func append(_ trace: TickTrace) {
        let stages = trace.stages
        let plan =
            trace.planned
            ? "\(Self.format(stages.infer)) \(Self.format(stages.rerank))" : "- -"
        rows += "\(Self.format(stages.sense)) \(plan) \(Self.format(stages.act))\n"
    }

    /// Adds the rows of another trace.
    mutating func append(_ other: LatencyTraceText) {
        rows += other.rows
    }

    /// Microseconds with three decimals: whole nanoseconds survive the round trip.
    private static func format(_ span: TimeSpan) -> String {
        let nanoseconds = max(0, span.nanoseconds)
        let fraction = String(nanoseconds % 1000)
        let padding = String(repeating: "0", count: 3 - fraction.count)
        return "\(nanoseconds / 1000).\(padding)\(fraction)"
    }
}
