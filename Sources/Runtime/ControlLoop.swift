public import Robots

/// The fixed-rate loop: sense, infer, rerank, act, step, trace.
///
/// One thread owns it with its plant, policy and buffers. Nothing in ``tick()`` allocates,
/// locks, logs, awaits or dispatches through an existential; Bullet inside `advance` is the
/// one exception, and its time is measured apart.
public struct ControlLoop<Body: Plant, Brain: Policy, Time: TimeSource> {
    /// The world.
    public var plant: Body
    /// The policy.
    public var policy: Brain
    /// What the policy saw last.
    public private(set) var observation: Observation
    /// Traces of the ticks, in order.
    public let traces: TraceRing
    /// The index of the next tick in this episode.
    public private(set) var tickIndex = 0
    /// The command that the plant holds.
    public private(set) var heldCommand: JointCommand
    /// The action taken last, as the policy gave it, before controller and gate.
    public private(set) var lastAction: ActionChunk

    private let configuration: LoopConfiguration
    private let schedule: PolicySchedule
    private var time: Time
    private var controller: ArmController
    private var gate: SafetyGate
    private var queue: ActionQueue
    private var meter: LatencyMeter
    private var policyStep = -1
    private var actionTick = 0
    /// Periods lost in this episode.
    ///
    /// Policy steps count live ticks alone, so that an action that landed late still gets its whole
    /// period before the next one is planned.
    private var lostTicks = 0
    private var lostInLastTick = 0
    private var wallStart: TimeSpan = .zero
    /// Timesteps that the episode may still last: no delay reaches past its end.
    private var substepsLeft = Int.max

    /// Creates a loop; the first episode starts with ``reset(seed:)``.
    ///
    /// - Parameters:
    ///   - plant: The world, already at its start.
    ///   - policy: The policy; its action width must be the controller's.
    ///   - observation: A blank observation with room for what the plant fills in.
    ///   - time: Where time is read.
    ///   - configuration: Rates, clock, limits.
    public init(
        plant: Body,
        policy: Brain,
        observation: Observation,
        time: Time,
        configuration: LoopConfiguration
    ) {
        precondition(
            policy.shape.actionWidth == configuration.controller.actionWidth,
            "the policy's action width must be the controller's"
        )
        self.plant = plant
        self.policy = policy
        self.observation = observation
        self.time = time
        self.configuration = configuration
        schedule = configuration.schedule
        controller = configuration.controller
        let start = JointCommand(holding: plant.jointState)
        heldCommand = start
        gate = SafetyGate(limits: configuration.limits, startingAt: start)
        queue = ActionQueue(shape: policy.shape, strategy: configuration.execution)
        lastAction = ActionChunk(horizon: 1, width: policy.shape.actionWidth)
        meter = LatencyMeter(source: configuration.latency)
        traces = TraceRing(capacity: configuration.traceCapacity)
    }

    /// Starts an episode on a plant that has just been reset.
    ///
    /// - Parameters:
    ///   - seed: Keys the policy's noise and the latency trace.
    ///   - timeLimit: Where the episode ends, in the middle of a tick if need be; nil for never.
    public mutating func reset(seed: UInt64, timeLimit: TimeSpan? = nil) {
        substepsLeft = timeLimit.map { configuration.rate.substeps(covering: $0) } ?? Int.max
        let state = plant.jointState
        controller.reset(to: state)
        heldCommand = JointCommand(holding: state)
        gate.reset(to: heldCommand)
        policy.reset(seed: seed)
        queue.clear()
        meter.rewind(seed: seed)
        tickIndex = 0
        policyStep = -1
        actionTick = 0
        lostTicks = 0
        lostInLastTick = 0
        wallStart = time.now()
    }

    /// One control period, or several when the work outlasts one.
    ///
    /// - Returns: Whether the policy's next action was taken in this tick.
    /// - Throws: ``LoopFault`` for a broken state; a late policy is data, not a fault.
    @discardableResult
    public mutating func tick() throws(LoopFault) -> Bool {
        var trace = TickTrace()
        trace.tick = tickIndex
        let start = awaitDeadline(&trace)

        let liveTick = tickIndex - lostTicks
        let step = schedule.step(atTick: liveTick)
        let acts = step > policyStep
        try plant.sense(into: &observation)
        if acts, !queue.needsPlan { try policy.observe(observation) }
        let sensed = time.now()
        trace.stages.sense = sensed - start

        var planned = sensed
        if acts, queue.needsPlan {
            try policy.plan(observation, into: &queue.chunk)
            guard queue.isFinite else { throw .notFinite(what: "action chunk") }
            queue.accept(observedAt: oldestCapture())
            trace.planned = true
            planned = time.now()
            trace.stages.infer = planned - sensed
        }

        if acts {
            takeAction(step: step, liveTick: liveTick)
        }
        let wanted = controller.command(
            fraction: schedule.fraction(elapsedTicks: liveTick - actionTick)
        )
        trace.heldByKinematics = !controller.lastSolve.converged
        gate.hold(for: Double(lostInLastTick) / configuration.rate.hertz)
        let command = try gate.admit(
            wanted,
            after: 1 / configuration.rate.hertz,
            interventions: &trace.interventions
        )
        let acted = time.now()
        trace.stages.act = acted - planned

        try moveWorld(with: command, trace: &trace)
        trace.stages.step = time.now() - acted
        traces.push(trace)
        return acts
    }

    /// Brings the robot home through the safety gate, after the last tick of an episode.
    ///
    /// - Parameters:
    ///   - home: Where to rest.
    ///   - longest: When to stop trying.
    public mutating func park(at home: JointCommand, within longest: TimeSpan) throws(LoopFault) {
        let ticks = Int(longest.seconds * configuration.rate.hertz)
        for _ in 0..<ticks where heldCommand != home {
            var interventions = SafetyInterventions()
            heldCommand = try gate.admit(
                home,
                after: 1 / configuration.rate.hertz,
                interventions: &interventions
            )
            try plant.advance(
                holding: heldCommand,
                substeps: configuration.rate.substepsPerTick
            )
        }
    }

    /// Wall clock: sleeps to the tick's absolute deadline.
    ///
    /// Other clocks start at once.
    private mutating func awaitDeadline(_ trace: inout TickTrace) -> TimeSpan {
        guard configuration.clock == .wall else { return time.now() }
        let deadline = wallStart + configuration.rate.start(ofTick: tickIndex)
        time.sleep(until: deadline)
        let start = time.now()
        trace.wakeup = max(.zero, start - deadline)
        return start
    }

    private mutating func takeAction(step: Int, liveTick: Int) {
        policyStep = step
        actionTick = liveTick
        queue.withNextAction { action in
            controller.accept(action)
            lastAction.values.withUnsafeMutableBufferPointer {
                _ = $0.update(fromContentsOf: action)
            }
        }
    }

    /// The world moves: first under the old command for the charged delay, then under the new one.
    private mutating func moveWorld(
        with command: JointCommand,
        trace: inout TickTrace
    ) throws(LoopFault) {
        let perTick = configuration.rate.substepsPerTick
        trace.charge = charge(for: trace)
        let delay = configuration.rate.substeps(covering: trace.charge)
        trace.applied = configuration.rate.instant(afterSubsteps: delay)
        trace.observationAge = plant.elapsed + trace.applied - queue.observedAt
        var ticks = max(1, (delay + perTick - 1) / perTick)

        try advance(holding: heldCommand, substeps: delay)
        try advance(holding: command, substeps: ticks * perTick - delay)
        heldCommand = command
        if configuration.clock == .wall {
            // The simulated world itself takes time: periods that it has overrun pass in it too.
            let late = time.now() - wallStart - configuration.rate.start(ofTick: tickIndex + ticks)
            if late > .zero {
                let skipped = Int((late.seconds * configuration.rate.hertz).rounded(.up))
                try advance(holding: command, substeps: skipped * perTick)
                ticks += skipped
            }
        }
        trace.missedPeriods = Int32(clamping: ticks - 1)
        lostInLastTick = ticks - 1
        lostTicks += ticks - 1
        tickIndex += ticks
    }

    /// Lets the world move, but not past the episode's end.
    private mutating func advance(
        holding command: JointCommand,
        substeps: Int
    ) throws(LoopFault) {
        let count = min(substeps, substepsLeft)
        substepsLeft -= count
        try plant.advance(holding: command, substeps: count)
    }

    private mutating func charge(for trace: TickTrace) -> TimeSpan {
        switch configuration.clock {
        case .lockstep: .zero
        case .charged: meter.charge(trace.stages, planned: trace.planned)
        case .wall: trace.stages.tick + trace.wakeup
        }
    }

    /// The capture time of the oldest sensor in the observation.
    private func oldestCapture() -> TimeSpan {
        var oldest = observation.capturedAt
        if observation.cloud.capacity > 0 { oldest = min(oldest, observation.cloud.capturedAt) }
        for index in observation.frames.indices {
            oldest = min(oldest, observation.frames[index].capturedAt)
        }
        return oldest
    }
}

extension JointCommand {
    /// The command that keeps the robot where it is.
    init(holding state: JointState) {
        self.init(arm: state.positions, gripperOpening: state.gripperOpening)
    }
}
