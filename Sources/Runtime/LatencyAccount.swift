/// Latency histograms of a run, stage by stage, fed from traces outside the tick.
public struct LatencyAccount: Sendable {
    /// One line of the latency table.
    public enum Row: String, CaseIterable, Sendable {
        /// Reading sensors and building the cloud.
        case sense
        /// The policy's network, in ticks that planned.
        case infer
        /// Of that, what passed in a policy on another machine.
        case server = "infer_server"
        /// Of that, what passed on the way there and back.
        case network = "infer_network"
        /// Scoring candidates, in ticks that planned.
        case rerank
        /// Queue, controller and gate.
        case act
        /// Physics; never charged.
        case step
        /// sense + infer + rerank + act.
        case tick
        /// The same, in ticks that planned alone.
        case plannedTick = "tick_planned"
        /// Wall clock: lateness of the thread.
        case wakeup
    }

    private var rows: [LatencyDistribution]
    private var charges = LatencyDistribution()
    private var appliedCharges = LatencyDistribution()
    private var observationAges = LatencyDistribution()
    /// Ticks recorded.
    public private(set) var ticks = 0
    /// Periods lost to overruns.
    public private(set) var missedPeriods = 0
    /// Ticks whose command the safety gate changed.
    public private(set) var gatedTicks = 0
    /// Ticks that began a policy step without an action, because no plan had landed.
    public private(set) var starvedTicks = 0
    /// Ticks during which the machine was taken away for a while.
    public private(set) var stolenTicks = 0
    /// Periods lost to overruns in those ticks.
    public private(set) var stolenMisses = 0
    /// What plans were chosen from.
    public private(set) var choices = ChoiceAccount()

    /// Creates an empty account.
    public init() {
        rows = Row.allCases.map { _ in LatencyDistribution() }
    }

    /// The distribution of one row.
    public func summary(of row: Row) -> LatencySummary {
        LatencySummary(rows[Row.allCases.firstIndex(of: row) ?? 0])
    }

    /// Calls `body` with each value that a row has seen and how often, ascending.
    func eachSample(of row: Row, _ body: (_ nanoseconds: Int64, _ count: Int) -> Void) {
        guard let index = Row.allCases.firstIndex(of: row) else { return }
        rows[index].eachSample(body)
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
            if trace.served > .zero {
                add(trace.served, to: .server)
                add(max(.zero, stages.infer - trace.served), to: .network)
            }
            add(stages.rerank, to: .rerank)
            add(trace.latency, to: .plannedTick)
            choices.record(trace)
        }
        add(stages.act, to: .act)
        add(stages.step, to: .step)
        add(trace.latency, to: .tick)
        add(trace.wakeup, to: .wakeup)
        charges.record(trace.charge)
        appliedCharges.record(trace.applied)
        observationAges.record(trace.observationAge)
        ticks += 1
        missedPeriods += Int(trace.missedPeriods)
        if !trace.interventions.isEmpty { gatedTicks += 1 }
        if trace.starved { starvedTicks += 1 }
        if trace.steal > .zero {
            stolenTicks += 1
            stolenMisses += Int(trace.missedPeriods)
        }
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
        starvedTicks += other.starvedTicks
        stolenTicks += other.stolenTicks
        stolenMisses += other.stolenMisses
        choices.add(other.choices)
    }

    private mutating func add(_ span: TimeSpan, to row: Row) {
        guard let index = Row.allCases.firstIndex(of: row) else { return }
        rows[index].record(span)
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

    init(_ distribution: LatencyDistribution) {
        guard distribution.count > 0 else { return }
        p50 = distribution.microseconds(atPercentile: 50)
        p90 = distribution.microseconds(atPercentile: 90)
        p99 = distribution.microseconds(atPercentile: 99)
        p999 = distribution.microseconds(atPercentile: 99.9)
        max = distribution.maximum.microseconds
        mean = distribution.meanMicroseconds
    }
}
