/// Writes a trace file line by line while a run is measured.
public struct LatencyTraceText: Sendable {
    /// The text so far.
    public private(set) var text =
        "# simrun latency trace: one line a tick, microseconds, - where a stage did not run\n"
        + "sense_us infer_us rerank_us act_us\n"

    /// Creates a trace of no ticks.
    public init() {}

    /// Starts an episode.
    public mutating func beginEpisode(seed: UInt64) {
        text += "episode \(seed)\n"
    }

    /// Adds one tick.
    public mutating func append(_ trace: TickTrace) {
        let stages = trace.stages
        let plan =
            trace.planned
            ? "\(Self.format(stages.infer)) \(Self.format(stages.rerank))" : "- -"
        text += "\(Self.format(stages.sense)) \(plan) \(Self.format(stages.act))\n"
    }

    /// Microseconds with three decimals: whole nanoseconds survive the round trip.
    private static func format(_ span: TimeSpan) -> String {
        let nanoseconds = max(0, span.nanoseconds)
        let fraction = String(nanoseconds % 1000)
        let padding = String(repeating: "0", count: 3 - fraction.count)
        return "\(nanoseconds / 1000).\(padding)\(fraction)"
    }
}
