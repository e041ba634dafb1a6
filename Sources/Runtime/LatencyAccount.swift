import Histogram

/// Latency histograms of a run, stage by stage, fed from traces outside the tick.
public struct LatencyAccount: Sendable {
    /// One line of the latency table.
    public enum Row: String, CaseIterable, Sendable {
        /// Reading sensors and building the cloud.
        case sense
        /// The policy's network, in ticks that planned.
        case infer
        /// Scoring candidates, in ticks that planned.
        case rerank
        /// Queue, controller and gate.
        case act
        /// Physics; never charged.
        case step
        /// sense + infer + rerank + act.
        case tick
        /// Wall clock: lateness of the thread.
        case wakeup
    }

    /// A day in nanoseconds: nothing in a tick lasts longer.
    static let highest: UInt64 = 86_400_000_000_000

    private var rows: [Histogram<UInt32>]
    private var charges = Self.histogram()
    private var appliedCharges = Self.histogram()
    private var observationAges = Self.histogram()
    /// Ticks recorded.
    public private(set) var ticks = 0
    /// Periods lost to overruns.
    public private(set) var missedPeriods = 0
    /// Ticks whose command the safety gate changed.
    public private(set) var gatedTicks = 0

    /// Creates an empty account.
    public init() {
        rows = Row.allCases.map { _ in Self.histogram() }
    }

    /// The distribution of one row.
    public func summary(of row: Row) -> LatencySummary {
        LatencySummary(rows[Row.allCases.firstIndex(of: row) ?? 0])
    }

    /// What was charged.
    public var charge: LatencySummary { LatencySummary(charges) }
    /// What was charged, rounded up to the physics timestep.
    public var applied: LatencySummary { LatencySummary(appliedCharges) }
    /// From capture to landing of each command.
    public var observationAge: LatencySummary { LatencySummary(observationAges) }

    /// Adds one tick.
    public mutating func record(_ trace: TickTrace) {
        let stages = trace.stages
        add(stages.sense, to: .sense)
        if trace.planned {
            add(stages.infer, to: .infer)
            add(stages.rerank, to: .rerank)
        }
        add(stages.act, to: .act)
        add(stages.step, to: .step)
        add(stages.tick, to: .tick)
        add(trace.wakeup, to: .wakeup)
        Self.record(trace.charge, in: &charges)
        Self.record(trace.applied, in: &appliedCharges)
        Self.record(trace.observationAge, in: &observationAges)
        ticks += 1
        missedPeriods += Int(trace.missedPeriods)
        if !trace.interventions.isEmpty { gatedTicks += 1 }
    }

    /// Adds another account, of episodes run beside.
    public mutating func add(_ other: LatencyAccount) {
        for index in rows.indices { rows[index].add(other.rows[index]) }
        charges.add(other.charges)
        appliedCharges.add(other.appliedCharges)
        observationAges.add(other.observationAges)
        ticks += other.ticks
        missedPeriods += other.missedPeriods
        gatedTicks += other.gatedTicks
    }

    private mutating func add(_ span: TimeSpan, to row: Row) {
        guard let index = Row.allCases.firstIndex(of: row) else { return }
        Self.record(span, in: &rows[index])
    }

    private static func record(_ span: TimeSpan, in histogram: inout Histogram<UInt32>) {
        histogram.record(min(UInt64(max(0, span.nanoseconds)), highest))
    }

    private static func histogram() -> Histogram<UInt32> {
        Histogram(highestTrackableValue: highest, numberOfSignificantValueDigits: .three)
    }
}

/// A latency distribution in microseconds; all zero when nothing was recorded.
public struct LatencySummary: Equatable, Sendable, Encodable {
    /// The median.
    public var p50 = 0.0
    /// 90 % are at most this.
    public var p90 = 0.0
    /// 99 % are at most this.
    public var p99 = 0.0
    /// 99.9 % are at most this.
    public var p999 = 0.0
    /// The largest.
    public var max = 0.0
    /// The mean.
    public var mean = 0.0

    init(_ histogram: Histogram<UInt32>) {
        guard histogram.totalCount > 0 else { return }
        p50 = Double(histogram.valueAtPercentile(50)) / 1000
        p90 = Double(histogram.valueAtPercentile(90)) / 1000
        p99 = Double(histogram.valueAtPercentile(99)) / 1000
        p999 = Double(histogram.valueAtPercentile(99.9)) / 1000
        max = Double(histogram.max) / 1000
        mean = histogram.mean / 1000
    }
}
