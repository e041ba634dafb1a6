import Runtime

/// A message of `/tick`: where the time of one tick went, and what was charged for it.
public struct TickMessage: Decodable, Equatable, Sendable {
    /// The tick's index in the episode; lost periods are counted in.
    public var tick: Int
    /// Episode time when the tick began, in seconds.
    public var timeS: Double
    /// `CLOCK_MONOTONIC` when the tick began, in nanoseconds.
    public var monotonicNs: Int
    /// Reading sensors, in microseconds, as all times that follow.
    public var senseUs: Double
    /// The policy's network.
    public var inferUs: Double
    /// Of that, in a policy on another machine; nil where the policy is in the process.
    public var inferServerUs: Double?
    /// Scoring candidates.
    public var rerankUs: Double
    /// Queue, controller and gate.
    public var actUs: Double
    /// Physics; never charged.
    public var stepUs: Double
    /// sense + infer + rerank + act, without a plan made beside.
    public var tickUs: Double
    /// What the world was charged for the tick.
    public var chargeUs: Double
    /// What it was charged for the plan: a part of that, or, beside the loop, a delay of its own.
    public var planChargeUs: Double
    /// The charge rounded up to the physics timestep.
    public var appliedUs: Double
    /// From the capture of the oldest sensor to the command's landing.
    public var observationAgeUs: Double
    /// Wall clock: how late the thread woke.
    public var wakeupUs: Double
    /// Control periods lost.
    public var missedPeriods: Int
    /// Whether the policy planned.
    public var planned: Bool
    /// Rounds that the plan took; 0 for policies that know none.
    ///
    /// Nil, as the next two, in recordings of before such policies.
    public var rounds: Int?
    /// Numbers of the chunk that were decided and then taken back.
    public var remasked: Int?
    /// The least probability of a number of the chunk when it was decided.
    public var leastConfidence: Double?
    /// Whether the plan was made beside the loop.
    public var beside: Bool
    /// Whether a policy step began without an action.
    public var starved: Bool
    /// Whether an action was taken.
    public var acted: Bool
    /// Whether inverse kinematics missed its target.
    public var heldByKinematics: Bool
    /// Physics timesteps of the episode before the tick.
    public var firstSubstep: Int
    /// Timesteps under the old command.
    public var substepsBefore: Int
    /// Timesteps under the new one, periods lost counted in.
    public var substepsAfter: Int
    /// Whether the success predicate held after the tick.
    public var holdsNow: Bool

    enum CodingKeys: String, CodingKey {
        case tick, planned, beside, starved, acted, rounds, remasked
        case leastConfidence = "least_confidence"
        case timeS = "time_s"
        case monotonicNs = "monotonic_ns"
        case senseUs = "sense_us"
        case inferUs = "infer_us"
        case inferServerUs = "infer_server_us"
        case rerankUs = "rerank_us"
        case actUs = "act_us"
        case stepUs = "step_us"
        case tickUs = "tick_us"
        case chargeUs = "charge_us"
        case planChargeUs = "plan_charge_us"
        case appliedUs = "applied_us"
        case observationAgeUs = "observation_age_us"
        case wakeupUs = "wakeup_us"
        case missedPeriods = "missed_periods"
        case heldByKinematics = "held_by_kinematics"
        case firstSubstep = "first_substep"
        case substepsBefore = "substeps_before"
        case substepsAfter = "substeps_after"
        case holdsNow = "holds_now"
    }

    /// What this machine took: another run of the same episode takes otherwise.
    static let measured: Set<String> = [
        "monotonic_ns", "sense_us", "infer_us", "infer_server_us", "rerank_us", "act_us", "step_us",
        "tick_us", "wakeup_us",
    ]

    /// The schema's properties.
    static var properties: String {
        let flags = ["planned", "beside", "starved", "acted", "held_by_kinematics", "holds_now"]
        let counts = [
            "tick", "monotonic_ns", "missed_periods", "first_substep", "substeps_before",
            "substeps_after", "rounds", "remasked",
        ]
        let times = [
            "time_s", "sense_us", "infer_us", "infer_server_us", "rerank_us", "act_us", "step_us",
            "tick_us",
            "charge_us", "plan_charge_us", "applied_us", "observation_age_us", "wakeup_us",
            "least_confidence",
        ]
        let typed =
            counts.map { ($0, "integer") } + times.map { ($0, "number") }
            + flags.map { ($0, "boolean") }
        return typed.map { "\"\($0)\":{\"type\":\"\($1)\"}" }.joined(separator: ",")
    }

    /// The message for a tick.
    static func json(_ record: TickRecord) -> [UInt8] {
        let trace = record.trace
        let stages = trace.stages
        var out = JSONWriter()
        out.object {
            $0.put("tick", trace.tick)
            $0.put("time_s", trace.episodeTime.seconds)
            $0.put("monotonic_ns", Int(trace.startedAt.nanoseconds))
            $0.put("sense_us", stages.sense.microseconds)
            $0.put("infer_us", stages.infer.microseconds)
            if trace.served > .zero { $0.put("infer_server_us", trace.served.microseconds) }
            $0.put("rerank_us", stages.rerank.microseconds)
            $0.put("act_us", stages.act.microseconds)
            $0.put("step_us", stages.step.microseconds)
            $0.put("tick_us", trace.latency.microseconds)
            $0.put("charge_us", trace.charge.microseconds)
            $0.put("plan_charge_us", trace.planCharge.microseconds)
            $0.put("applied_us", trace.applied.microseconds)
            $0.put("observation_age_us", trace.observationAge.microseconds)
            $0.put("wakeup_us", trace.wakeup.microseconds)
            $0.put("missed_periods", Int(trace.missedPeriods))
            $0.put("planned", trace.planned)
            $0.put("rounds", Int(trace.effort.rounds))
            $0.put("remasked", Int(trace.effort.remasked))
            $0.put("least_confidence", Double(trace.effort.leastConfidence))
            $0.put("beside", trace.isBeside)
            $0.put("starved", trace.starved)
            $0.put("acted", record.acted)
            $0.put("held_by_kinematics", trace.heldByKinematics)
            $0.put("first_substep", trace.firstSubstep)
            $0.put("substeps_before", trace.substepsBefore)
            $0.put("substeps_after", trace.substepsAfter)
            $0.put("holds_now", record.status.holdsNow)
        }
        return out.bytes
    }
}
