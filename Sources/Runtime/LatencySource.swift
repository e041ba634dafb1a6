/// What is charged to the world for the thinking of one tick, on the charged clock.
public enum LatencySource: Sendable {
    /// What this machine really took.
    case measured
    /// Nothing: the world gets the command at once.
    case free
    /// The same delay in every tick that plans; ticks without a plan cost nothing.
    case fixed(TimeSpan)
    /// Samples taken elsewhere, stage by stage.
    case trace(LatencyTrace)

    /// Whether the same seeds give the same episodes.
    public var isReproducible: Bool {
        if case .measured = self { return false }
        return true
    }
}

/// Charges ticks from a ``LatencySource``; one per loop, rewound at each episode's start.
struct LatencyMeter: Sendable {
    private let source: LatencySource
    private var tickRow = 0
    private var planRow = 0

    init(source: LatencySource) {
        self.source = source
    }

    /// Starts an episode: the rows recorded for `seed` if the trace has them, else a start
    /// that only the seed decides.
    mutating func rewind(seed: UInt64) {
        guard case .trace(let trace) = source else { return }
        (tickRow, planRow) = trace.start(seed: seed)
    }

    /// The charge for what every tick does: sensing and acting.
    mutating func chargeTick(_ stages: StageTimes) -> TimeSpan {
        switch source {
        case .measured: return stages.sense + stages.act
        case .free, .fixed: return .zero
        case .trace(let trace):
            guard !trace.perTick.isEmpty else { return .zero }
            defer { tickRow += 1 }
            return trace.perTick[tickRow % trace.perTick.count]
        }
    }

    /// The charge for one plan: the network and the choice among its candidates.
    ///
    /// - Parameter share: What a plan cut short costs of a whole one; what was measured is of the
    ///   plan as it was.
    mutating func chargePlan(_ stages: StageTimes, share: Float) -> TimeSpan {
        switch source {
        case .measured: return stages.infer + stages.rerank
        case .free: return .zero
        case .fixed(let delay): return Self.part(share, of: delay)
        case .trace(let trace):
            guard !trace.perPlan.isEmpty else { return .zero }
            defer { planRow += 1 }
            return Self.part(share, of: trace.perPlan[planRow % trace.perPlan.count])
        }
    }

    private static func part(_ share: Float, of delay: TimeSpan) -> TimeSpan {
        share == 1
            ? delay
            : TimeSpan(nanoseconds: Int64(Double(delay.nanoseconds) * Double(share)))
    }
}
