/// Everything measured in one tick.
///
/// Plain bytes, so that a ring can carry it without allocation.
public struct TickTrace: Sendable, BitwiseCopyable {
    /// The tick's index in the episode; skipped periods are counted in.
    public var tick: Int = 0
    /// When the tick began, on the time source's own scale.
    public var startedAt: TimeSpan = .zero
    /// Episode time when the tick began.
    public var episodeTime: TimeSpan = .zero
    /// Physics timesteps of the episode when the tick began.
    public var firstSubstep: Int = 0
    /// Timesteps that passed under the old command, in this tick.
    public var substepsBefore: Int = 0
    /// Timesteps that passed under the new command, in this tick and in the periods it overran.
    public var substepsAfter: Int = 0
    /// Time per stage.
    public var stages = StageTimes()
    /// The part of ``StageTimes/infer`` that passed in a policy on another machine, as that says; the
    /// rest of it was the network.
    public var served: TimeSpan = .zero
    /// What was charged to the world.
    public var charge: TimeSpan = .zero
    /// What a plan of this tick was charged: a part of ``charge``, or, made beside the loop, a
    /// delay of its own.
    public var planCharge: TimeSpan = .zero
    /// The charge rounded up to the physics timestep: what the world really moved before the
    /// new command.
    public var applied: TimeSpan = .zero
    /// From the capture of the oldest sensor the command rests on to the command's landing.
    public var observationAge: TimeSpan = .zero
    /// Wall clock only: how late the thread woke after its deadline.
    public var wakeup: TimeSpan = .zero
    /// Control periods lost in this tick because its work outlasted the period.
    public var missedPeriods: Int32 = 0
    /// What the safety gate had to change.
    public var interventions = SafetyInterventions()
    /// Whether the policy planned in this tick.
    public var planned = false
    /// What that plan took.
    public var effort = PlanEffort()
    /// Candidates that the plan was chosen from; 0 where nothing is chosen.
    public var candidates: Int32 = 0
    /// Those of them without a finite value; where all are, the first was taken.
    public var droppedCandidates: Int32 = 0
    /// Whether that plan was made beside the loop, which did not wait for it.
    public var isBeside = false
    /// Whether a policy step began in this tick without an action, because no plan had landed.
    public var starved = false
    /// Wall clock only: time that the machine's other guests took from this one during the tick.
    public var steal: TimeSpan = .zero
    /// Whether the inverse kinematics missed its target and the last command was held.
    public var heldByKinematics = false

    /// A trace of nothing.
    public init() {}

    /// What the command waited for: sense + infer + rerank + act, without a plan made beside.
    public var latency: TimeSpan {
        isBeside ? stages.sense + stages.act : stages.tick
    }
}

/// The stages of a tick, in the order they run.
public enum Stage: String, CaseIterable, Sendable {
    /// Reading sensors and building the cloud.
    case sense
    /// The policy's network.
    case infer
    /// Scoring and choosing candidates.
    case rerank
    /// Queue, controller, inverse kinematics and safety gate.
    case act
    /// The physics that stands in for the world; never charged.
    case step
}

/// Time spent in each stage of one tick.
public struct StageTimes: Equatable, Sendable, BitwiseCopyable {
    /// Time in ``Stage/sense``.
    public var sense: TimeSpan = .zero
    /// Time in ``Stage/infer``.
    public var infer: TimeSpan = .zero
    /// Time in ``Stage/rerank``.
    public var rerank: TimeSpan = .zero
    /// Time in ``Stage/act``.
    public var act: TimeSpan = .zero
    /// Time in ``Stage/step``.
    public var step: TimeSpan = .zero

    /// No time in any stage.
    public init() {}

    /// Time in `stage`.
    public subscript(stage: Stage) -> TimeSpan {
        switch stage {
        case .sense: sense
        case .infer: infer
        case .rerank: rerank
        case .act: act
        case .step: step
        }
    }

    /// What a real robot would have waited for: everything but the physics.
    @inlinable public var tick: TimeSpan { sense + infer + rerank + act }
}
