public import Robots

/// How world time and thinking time relate.
public enum LoopClock: String, CaseIterable, Sendable {
    /// The world waits for the policy: the papers' protocol.
    case lockstep
    /// The world moves on, holding the last command, for the charged latency.
    case charged
    /// The world is paced by the machine's own clock, with absolute deadlines.
    case wall
}

/// Everything a loop is told once, before its first episode.
public struct LoopConfiguration: Sendable {
    /// The control rate and the physics timestep under it.
    public var rate: ControlRate
    /// How often the policy acts, in hertz.
    public var policyHertz: Double
    /// How world time and thinking time relate.
    public var clock: LoopClock
    /// What is charged; used by the charged clock alone.
    public var latency: LatencySource
    /// How chunks are executed.
    public var execution: ExecutionStrategy
    /// Turns actions into commands.
    public var controller: ActionController
    /// What every command must keep to.
    public var limits: SafetyLimits
    /// Whether the policy plans on a thread of its own, so that a policy that hangs cannot stop the
    /// loop; for the wall clock, where the world moves on by itself.
    public var hasPlanningThread: Bool
    /// What the planning thread asks of the operating system.
    public var planningWish: RealTimeWish
    /// Wall clock: how long the robot is held without a new action before it is ramped to rest and
    /// the episode ends in a ``LoopFault``.
    public var patience: TimeSpan
    /// Wall clock: what stops the robot from outside; nil for nothing.
    public var stopSwitch: StopSwitch?
    /// The most traces one episode may leave between two drains.
    public var traceCapacity: Int

    /// Creates a configuration.
    public init(
        rate: ControlRate,
        policyHertz: Double,
        clock: LoopClock,
        latency: LatencySource,
        execution: ExecutionStrategy,
        controller: ActionController,
        limits: SafetyLimits,
        hasPlanningThread: Bool = false,
        planningWish: RealTimeWish = .nothing,
        patience: TimeSpan = LoopConfiguration.standardPatience,
        stopSwitch: StopSwitch? = nil,
        traceCapacity: Int = 1 << 14
    ) {
        self.rate = rate
        self.policyHertz = policyHertz
        self.clock = clock
        self.latency = latency
        self.execution = execution
        self.controller = controller
        self.limits = limits
        self.hasPlanningThread = hasPlanningThread
        self.planningWish = planningWish
        self.patience = patience
        self.stopSwitch = stopSwitch
        self.traceCapacity = traceCapacity
    }

    /// Half a second, as long as people notice a robot standing still.
    public static let standardPatience = TimeSpan.milliseconds(500)

    /// Which ticks start a policy step.
    public var schedule: PolicySchedule {
        PolicySchedule(policyHertz: policyHertz, controlHertz: rate.hertz)
    }

    /// Whether the same seeds give the same episodes to the last bit.
    public var isReproducible: Bool {
        switch clock {
        case .lockstep: true
        case .charged: latency.isReproducible
        case .wall: false
        }
    }
}
