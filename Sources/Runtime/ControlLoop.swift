public import Robots

/// The fixed-rate loop: sense, infer, rerank, act, step, trace.
///
/// One thread owns it with its plant, policy and buffers. Nothing in ``tick()`` allocates,
/// locks, logs, awaits or dispatches through an existential; Bullet inside `advance` is the
/// one exception, and its time is measured apart.
public struct ControlLoop<Body: Plant, Brain: Policy, Time: TimeSource> {
    /// The world.
    public var plant: Body
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
    /// What the controller wanted last, before the safety gate.
    public private(set) var wantedCommand: JointCommand
    /// The trace of the last tick.
    public private(set) var lastTrace = TickTrace()

    private let configuration: LoopConfiguration
    private let schedule: PolicySchedule
    private var time: Time
    private(set) var controller: ActionController
    private var gate: SafetyGate
    private(set) var thinking: Thinking<Brain, Time>
    private var meter: LatencyMeter
    /// The last policy step that got its action, and the tick in which it did.
    private(set) var actedStep = -1
    private var actionTick = 0
    /// The last policy step that began without an action.
    private var starvedStep = -1
    /// Periods lost in this episode.
    ///
    /// Policy steps count live ticks alone, so that an action that landed late still gets its whole
    /// period before the next one is planned.
    private var lostTicks = 0
    private var lostInLastTick = 0
    private var wallStart: TimeSpan = .zero
    /// How long the world took to move in the last tick; wall clock.
    private var lastStepTime: TimeSpan = .zero
    /// Timesteps that the episode may still last: no delay reaches past its end.
    private var substepsLeft = Int.max
    /// Timesteps that have passed in this episode.
    private var substeps = 0
    /// Wall clock: what has ended the policy's control, while the robot comes to rest.
    private var failure: LoopFault?
    /// Wall clock: the tick since which an action has been due and missing.
    private var dueSince: Int?

    /// Creates a loop; the first episode starts with ``reset(seed:timeLimit:)``.
    ///
    /// - Parameters:
    ///   - plant: The world, already at its start.
    ///   - policy: The policy; its action width must be the controller's.
    ///   - observation: A blank observation with room for what the plant fills in.
    ///   - time: Where time is read.
    ///   - configuration: Rates, clock, limits. A wall clock with a strategy that plans beside the
    ///     loop needs a planning thread.
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
        precondition(
            !(configuration.clock == .wall && configuration.execution.plansBeside)
                || configuration.hasPlanningThread,
            "planning beside a loop on the wall clock takes a thread"
        )
        precondition(
            configuration.clock == .wall || !configuration.hasPlanningThread,
            "where the world can wait, plans are made in the loop's own thread"
        )
        self.plant = plant
        self.observation = observation.twin
        self.time = time
        self.configuration = configuration
        schedule = configuration.schedule
        controller = configuration.controller
        let start = JointCommand(holding: plant.jointState)
        heldCommand = start
        wantedCommand = start
        gate = SafetyGate(limits: configuration.limits, startingAt: start)
        thinking = Thinking(policy: policy, observation: observation, time: time, configuration)
        lastAction = ActionChunk(horizon: 1, width: policy.shape.actionWidth)
        meter = LatencyMeter(source: configuration.latency)
        traces = TraceRing(capacity: configuration.traceCapacity)
    }

    /// The policy; with a planning thread, only between episodes.
    public var policy: Brain { thinking.planner.policy }

    /// The plan that was made last.
    public var lastPlan: ActionChunk { thinking.latest }

    /// What that plan was chosen from.
    public var lastCandidates: CandidateSet { thinking.candidates }

    /// Whether the robot stands still, as far as it has been told.
    public var isAtRest: Bool { gate.isAtRest }

    /// Wall clock: whether the policy or the loop has failed, and the fault is still to be thrown.
    var isFailing: Bool { failure != nil || thinking.fault != nil }

    /// Starts an episode on a plant that has just been reset.
    ///
    /// - Parameters:
    ///   - seed: Keys the policy's noise and the latency trace.
    ///   - policySeed: Keys the policy's noise instead, to see what another draw had done.
    ///   - timeLimit: Where the episode ends, in the middle of a tick if need be; nil for never.
    public mutating func reset(
        seed: UInt64,
        policySeed: UInt64? = nil,
        timeLimit: TimeSpan? = nil
    ) {
        substepsLeft = timeLimit.map { configuration.rate.substeps(covering: $0) } ?? Int.max
        substeps = 0
        let state = plant.jointState
        controller.reset(to: state)
        heldCommand = JointCommand(holding: state)
        wantedCommand = heldCommand
        gate.reset(to: heldCommand)
        failure =
            thinking.reset(seed: policySeed ?? seed, until: time.now() + .seconds(10))
            ? nil : .policy(what: "a plan of the last episode never ended")
        meter.rewind(seed: seed)
        tickIndex = 0
        actedStep = -1
        starvedStep = -1
        actionTick = 0
        lostTicks = 0
        lostInLastTick = 0
        dueSince = nil
        wallStart = time.now()
    }

    /// Plans a few times on what the plant shows now and forgets it, so that no first plan is cold.
    ///
    /// Call it before ``reset(seed:timeLimit:)``, outside an episode.
    public mutating func warmUp(plans: Int = 5) throws(LoopFault) {
        try plant.sense(into: &observation)
        for _ in 0..<plans { try thinking.warmUp(observation) }
    }

    /// One control period, or several when the work outlasts one.
    ///
    /// - Returns: Whether the policy's next action was taken in this tick.
    /// - Throws: ``LoopFault`` for a broken state; a late policy is data, not a fault. On the wall
    ///   clock the robot has come to rest before the fault is thrown.
    @discardableResult
    public mutating func tick() throws(LoopFault) -> Bool {
        var trace = TickTrace()
        trace.tick = tickIndex
        let start = awaitDeadline(&trace)
        trace.startedAt = start
        noteTrouble()
        if let failure { return try comeToRest(after: failure, trace: &trace) }

        let liveTick = tickIndex - lostTicks
        let step = schedule.step(atTick: liveTick)
        try plant.sense(into: &observation)
        try thinking.land(at: substeps, landing: landing(at: step), trace: &trace)
        let plans = try thinking.wantsPlan(atStep: step, observation)
        let sensed = time.now()
        trace.stages.sense = sensed - start

        if plans { try startPlan(atStep: step, trace: &trace) }
        try thinking.finishWaiting(until: waitingEnd, trace: &trace)
        let planned = time.now()
        // With a thread, what the loop waited for: the hand-over too.
        if plans, trace.planned, !trace.isBeside {
            trace.stages.infer = planned - sensed - trace.stages.rerank
        }

        let acts = takeAction(atStep: step, liveTick: liveTick, trace: &trace)
        let command = try command(liveTick: liveTick, trace: &trace)
        let acted = time.now()
        trace.stages.act = acted - planned

        try moveWorld(with: command, trace: &trace)
        lastStepTime = time.now() - acted
        trace.stages.step = lastStepTime
        leave(trace)
        return acts
    }

    /// Brings the robot home through the safety gate, after the last tick of an episode.
    ///
    /// - Parameters:
    ///   - home: Where to rest.
    ///   - longest: When to stop trying.
    public mutating func park(at home: JointCommand, within longest: TimeSpan) throws(LoopFault) {
        let ticks = Int(longest.seconds * configuration.rate.hertz)
        gate.hold(for: Double(lostInLastTick) / configuration.rate.hertz)
        lostInLastTick = 0
        var deadline = time.now()
        for _ in 0..<ticks where heldCommand != home {
            if plant.movesByItself {
                deadline = deadline + configuration.rate.period
                time.sleep(until: deadline)
                try plant.sense(into: &observation)
                if let fault = plant.trouble ?? configuration.stopSwitch?.fault { throw fault }
            }
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

    // MARK: Stages

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

    /// The first policy step without an action.
    private func landing(at step: Int) -> Int {
        step > actedStep ? step : step + 1
    }

    /// Until when a tick may wait for its plan: the world must still be moved before the next.
    private var waitingEnd: TimeSpan {
        guard configuration.clock == .wall else { return .zero }
        let period = configuration.rate.period
        let room = lastStepTime * 3 + .microseconds(500)
        let slack = min(room, TimeSpan(nanoseconds: period.nanoseconds / 4))
        return wallStart + configuration.rate.start(ofTick: tickIndex + 1) - slack
    }

    private mutating func startPlan(atStep step: Int, trace: inout TickTrace) throws(LoopFault) {
        try thinking.start(
            atStep: step,
            observation,
            controller: controller,
            held: heldCommand,
            trace: &trace
        )
        guard trace.isBeside, !configuration.hasPlanningThread else { return }
        if configuration.clock == .charged {
            trace.planCharge = meter.chargePlan(trace.stages, share: trace.effort.share)
        }
        let delay = configuration.rate.substeps(covering: trace.planCharge)
        thinking.lands(at: substeps + delay)
        try thinking.land(at: substeps, landing: landing(at: step), trace: &trace)
    }

    /// Takes the policy step's action if it is due and there.
    private mutating func takeAction(
        atStep step: Int,
        liveTick: Int,
        trace: inout TickTrace
    ) -> Bool {
        guard step > actedStep else { return false }
        guard thinking.hasAction(atStep: step) else {
            trace.starved = configuration.execution.plansBeside && step > starvedStep
            if trace.starved { starvedStep = step }
            noteOverdue()
            return false
        }
        dueSince = nil
        actedStep = step
        actionTick = liveTick
        thinking.withAction(atStep: step) { action in
            controller.accept(action)
            lastAction.values.withUnsafeMutableBufferPointer {
                _ = $0.update(fromContentsOf: action)
            }
        }
        return true
    }

    /// Wall clock: gives the policy up when its action is too long overdue.
    private mutating func noteOverdue() {
        guard configuration.clock == .wall else { return }
        let since = dueSince ?? tickIndex
        dueSince = since
        guard configuration.rate.start(ofTick: tickIndex - since) >= configuration.patience else {
            return
        }
        failure = thinking.fault ?? .policy(what: "no plan within the loop's patience")
    }

    private mutating func command(
        liveTick: Int,
        trace: inout TickTrace
    ) throws(LoopFault) -> JointCommand {
        let wanted = controller.command(
            fraction: schedule.fraction(elapsedTicks: liveTick - actionTick)
        )
        wantedCommand = wanted
        trace.heldByKinematics = !controller.hasConverged
        gate.hold(for: Double(lostInLastTick) / configuration.rate.hertz)
        return try gate.admit(
            wanted,
            after: 1 / configuration.rate.hertz,
            interventions: &trace.interventions
        )
    }

    /// Wall clock, after a failure: ramps the robot to rest, then throws.
    private mutating func comeToRest(
        after failure: LoopFault,
        trace: inout TickTrace
    ) throws(LoopFault) -> Bool {
        let start = time.now()
        gate.hold(for: Double(lostInLastTick) / configuration.rate.hertz)
        let command = gate.brake(after: 1 / configuration.rate.hertz)
        try moveWorld(with: command, trace: &trace)
        trace.stages.step = time.now() - start
        leave(trace)
        guard gate.isAtRest else { return false }
        throw failure
    }

    /// The world moves: first under the old command for the charged delay, then under the new one.
    private mutating func moveWorld(
        with command: JointCommand,
        trace: inout TickTrace
    ) throws(LoopFault) {
        let perTick = configuration.rate.substepsPerTick
        trace.charge = charge(for: &trace)
        trace.episodeTime = plant.elapsed
        trace.firstSubstep = substeps
        if configuration.clock == .wall, trace.charge >= configuration.patience { noteStall() }
        let delay = configuration.rate.substeps(covering: trace.charge)
        trace.applied = configuration.rate.instant(afterSubsteps: delay)
        trace.observationAge = plant.elapsed + trace.applied - thinking.queue.observedAt
        var ticks = max(1, (delay + perTick - 1) / perTick)

        if plant.movesByItself {
            // It has moved on under the old command already.
            try advance(holding: command, substeps: ticks * perTick)
            trace.observationAge = plant.elapsed - thinking.queue.observedAt
        } else {
            try advance(holding: heldCommand, substeps: delay)
            trace.substepsBefore = substeps - trace.firstSubstep
            try advance(holding: command, substeps: ticks * perTick - delay)
        }
        heldCommand = command
        ticks += try catchUp(after: ticks, holding: command)
        trace.substepsAfter = substeps - trace.firstSubstep - trace.substepsBefore
        lostInLastTick = ticks - 1
        // A tick that still waits for its plan is lost: the policy step has yet to begin.
        let lost = lostInLastTick + (thinking.isWaiting ? 1 : 0)
        trace.missedPeriods = Int32(clamping: lost)
        lostTicks += lost
        tickIndex += ticks
    }

    /// Wall clock: periods that the work has overrun pass in the world too.
    ///
    /// - Returns: How many.
    private mutating func catchUp(
        after ticks: Int,
        holding command: JointCommand
    ) throws(LoopFault) -> Int {
        guard configuration.clock == .wall else { return 0 }
        let late = time.now() - wallStart - configuration.rate.start(ofTick: tickIndex + ticks)
        guard late > .zero else { return 0 }
        if late >= configuration.patience { noteStall() }
        let skipped = Int((late.seconds * configuration.rate.hertz).rounded(.up))
        guard !plant.movesByItself else { return skipped }
        try advance(holding: command, substeps: skipped * configuration.rate.substepsPerTick)
        return skipped
    }

    /// Wall clock: ends the policy's control when the plant is in trouble or somebody wants a stop.
    private mutating func noteTrouble() {
        guard configuration.clock == .wall, failure == nil else { return }
        failure = plant.trouble ?? configuration.stopSwitch?.fault
    }

    private mutating func noteStall() {
        failure = failure ?? .plant(what: "the loop stalled for longer than its patience")
    }

    /// Lets the world move, but not past the episode's end.
    private mutating func advance(
        holding command: JointCommand,
        substeps count: Int
    ) throws(LoopFault) {
        let count = min(count, substepsLeft)
        substepsLeft -= count
        substeps += count
        try plant.advance(holding: command, substeps: count)
    }

    private mutating func charge(for trace: inout TickTrace) -> TimeSpan {
        switch configuration.clock {
        case .lockstep: .zero
        case .charged: chargeTick(&trace)
        case .wall:
            max(.zero, time.now() - wallStart - configuration.rate.start(ofTick: tickIndex))
        }
    }

    private mutating func chargeTick(_ trace: inout TickTrace) -> TimeSpan {
        let tick = meter.chargeTick(trace.stages)
        guard trace.planned, !trace.isBeside else { return tick }
        trace.planCharge = meter.chargePlan(trace.stages, share: trace.effort.share)
        return tick + trace.planCharge
    }

    private mutating func leave(_ trace: TickTrace) {
        lastTrace = trace
        traces.push(trace)
    }
}

extension JointCommand {
    /// The command that keeps the robot where it is.
    init(holding state: JointState) {
        self.init(arm: state.positions, gripperOpening: state.gripperOpening)
    }
}
