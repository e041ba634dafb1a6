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
    /// Turns actions into joint commands.
    public var controller: ArmController
    /// What every command must keep to.
    public var limits: SafetyLimits
    /// The most traces one episode may leave between two drains.
    public var traceCapacity: Int

    /// Creates a configuration.
    public init(
        rate: ControlRate,
        policyHertz: Double,
        clock: LoopClock,
        latency: LatencySource,
        execution: ExecutionStrategy,
        controller: ArmController,
        limits: SafetyLimits,
        traceCapacity: Int = 1 << 14
    ) {
        self.rate = rate
        self.policyHertz = policyHertz
        self.clock = clock
        self.latency = latency
        self.execution = execution
        self.controller = controller
        self.limits = limits
        self.traceCapacity = traceCapacity
    }

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
