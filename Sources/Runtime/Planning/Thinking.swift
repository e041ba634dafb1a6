import Robots

/// The loop's thinking: which plan is in flight, when it lands, and which actions it gave.
///
/// A plan is waited for, or made beside the loop, as the execution strategy says. Beside the loop it
/// has a timeline of its own: it starts with the tick of its observation, whose sensing is charged
/// to the tick alone, and lands when its charge has passed, or, on the wall clock, when its thread is done. So a virtual machine of two threads
/// is as reproducible as one of one.
struct Thinking<Brain: Policy, Time: TimeSource> {
    let planner: Planner<Brain, Time>
    /// What the strategy made of the plans so far.
    private(set) var queue: ActionQueue
    /// The plan that was made last.
    private(set) var latest: ActionChunk
    /// The plan that landed last; its row 0 is for policy step ``newestOrigin``.
    private(set) var newest: ActionChunk
    /// Nil before the first plan of an episode.
    private(set) var newestOrigin: Int?
    /// What the plan that was made last was chosen from; empty where nothing is chosen.
    private(set) var candidates: CandidateSet
    /// Why the policy cannot plan any more; wall clock.
    private(set) var fault: LoopFault?

    private let strategy: ExecutionStrategy
    private let hasThread: Bool
    private let survivesFaults: Bool
    private var flight: Flight?
    /// The last policy step that the policy was told of.
    private var observedStep = -1
    private var delay = DelayEstimate()
    private var committed: ActionChunk
    private var rollForward: RollForward
    private var rolled: Observation

    /// A plan between its observation and its landing.
    private struct Flight {
        /// The policy step of its observation.
        var step: Int
        /// The policy step that its row 0 is for.
        var origin: Int
        /// Actions that were committed when it began.
        var committed = 0
        var observedAt: TimeSpan
        /// The timestep at which it lands; on the wall clock, when its thread is done.
        var landsAt = Int.max
    }

    init(
        policy: Brain,
        observation: Observation,
        time: Time,
        _ configuration: LoopConfiguration
    ) {
        strategy = configuration.execution
        hasThread = configuration.hasPlanningThread
        survivesFaults = configuration.clock == .wall
        planner = Planner(
            policy: policy,
            observation: observation,
            time: time,
            wish: configuration.hasPlanningThread ? configuration.planningWish : nil
        )
        let shape = policy.shape
        queue = ActionQueue(shape: shape, strategy: configuration.execution)
        committed = ActionChunk(horizon: shape.horizon, width: shape.actionWidth)
        latest = ActionChunk(horizon: shape.horizon, width: shape.actionWidth)
        candidates = CandidateSet(shape)
        newest = committed
        rollForward = RollForward(controller: configuration.controller)
        rolled = observation.twin
    }

    /// Starts an episode.
    ///
    /// - Returns: Whether the planner was free by `deadline`.
    mutating func reset(seed: UInt64, until deadline: TimeSpan) -> Bool {
        queue.clear()
        newestOrigin = nil
        delay.clear()
        flight = nil
        fault = nil
        observedStep = -1
        guard planner.settle(until: deadline) else { return false }
        planner.policy.reset(seed: seed)
        return true
    }

    /// Plans and forgets it.
    func warmUp(_ observation: Observation) throws(LoopFault) {
        _ = try planner.plan(observation, frozen: committed, count: 0)
    }

    /// Whether the loop must wait for the plan in flight.
    var isWaiting: Bool { flight != nil && !strategy.plansBeside }

    /// Whether there is an action for policy step `step`.
    func hasAction(atStep step: Int) -> Bool {
        !isWaiting && (fault == nil || strategy.plansBeside) && queue.hasAction(atStep: step)
    }

    /// Takes a policy step's action.
    mutating func withAction(atStep step: Int, _ body: (UnsafeBufferPointer<Float>) -> Void) {
        queue.withAction(atStep: step, body)
    }

    /// Lands a plan made beside the loop if its time has come.
    ///
    /// - Parameters:
    ///   - now: Timesteps since the episode's start.
    ///   - landing: The first policy step without an action.
    mutating func land(at now: Int, landing: Int, trace: inout TickTrace) throws(LoopFault) {
        guard let flight, strategy.plansBeside else { return }
        if hasThread {
            guard planner.isDone else { return }
            try take(into: &trace)
            guard fault == nil else { return }
        } else {
            guard flight.landsAt <= now else { return }
        }
        accept(flight, landing: landing)
    }

    /// Whether to plan now; tells the policy of a step that needs no plan.
    mutating func wantsPlan(
        atStep step: Int,
        _ observation: Observation
    ) throws(LoopFault) -> Bool {
        guard step > observedStep, fault == nil else { return false }
        observedStep = step
        if flight == nil, queue.needsPlan(atStep: step) { return true }
        do {
            try planner.observe(observation)
        } catch {
            try note(error)
        }
        return false
    }

    /// Starts a plan, and makes it unless a thread does.
    ///
    /// - Parameters:
    ///   - now: The controller and the held command, from which committed actions go on.
    mutating func start(
        atStep step: Int,
        _ observation: Observation,
        controller: ActionController,
        held: JointCommand,
        trace: inout TickTrace
    ) throws(LoopFault) {
        var flight = Flight(step: step, origin: step, observedAt: observation.oldestCapture)
        var count = 0
        if strategy == .rollforward {
            let ahead = delay.steps
            let rows = queue.copyCommitted(fromStep: step, count: ahead, into: &committed)
            rolled.copy(observation)
            rollForward.apply(
                to: &rolled,
                rows: committed,
                count: rows,
                from: controller,
                held: held
            )
            flight.origin = step + ahead
            flight.committed = rows
            self.flight = flight
            return try plan(rolled, count: 0, trace: &trace)
        }
        if case .rtc = strategy {
            count = queue.copyCommitted(fromStep: step, count: delay.steps, into: &committed)
        }
        self.flight = flight
        try plan(observation, count: count, trace: &trace)
    }

    /// Says when the plan just made beside the loop lands: at timestep `substep`.
    mutating func lands(at substep: Int) {
        flight?.landsAt = substep
    }

    /// Takes in a plan that the loop waited for, if it is there.
    mutating func finishWaiting(until deadline: TimeSpan, trace: inout TickTrace) throws(LoopFault)
    {
        guard let flight, isWaiting else { return }
        if hasThread {
            planner.wait(until: deadline)
            guard planner.isDone else { return }
            try take(into: &trace)
            guard fault == nil else { return }
        }
        accept(flight, landing: flight.step)
    }

    // MARK: Inside

    private mutating func plan(
        _ observation: Observation,
        count: Int,
        trace: inout TickTrace
    ) throws(LoopFault) {
        trace.isBeside = strategy.plansBeside
        if hasThread {
            planner.post(observation, frozen: committed, count: count)
            return
        }
        do {
            let duration = try planner.plan(observation, frozen: committed, count: count)
            note(duration, in: &trace)
        } catch {
            flight = nil
            try note(error)
        }
    }

    /// Takes the finished plan from its thread.
    private mutating func take(into trace: inout TickTrace) throws(LoopFault) {
        do {
            note(try planner.take(), in: &trace)
            trace.isBeside = strategy.plansBeside
        } catch {
            flight = nil
            try note(error)
        }
    }

    /// Keeps what the planner has just made, and its times.
    private mutating func note(_ duration: TimeSpan, in trace: inout TickTrace) {
        trace.planned = true
        trace.stages.rerank = planner.rerankTime
        trace.stages.infer = duration - planner.rerankTime
        trace.effort = planner.policy.effort
        trace.served = planner.served
        latest.copy(planner.chunk)
        guard candidates.capacity > 0 else { return }
        planner.policy.copyCandidates(into: &candidates)
        trace.candidates = Int32(candidates.count)
        trace.droppedCandidates = Int32(candidates.dropped)
    }

    private mutating func accept(_ flight: Flight, landing: Int) {
        // No waiting for a step to which nothing leads: what was committed is over by then.
        let origin = min(flight.origin, max(landing, flight.step + flight.committed))
        queue.accept(
            planner.chunk,
            observedAt: flight.observedAt,
            step: origin,
            landing: landing
        )
        delay.add(max(0, landing - flight.step))
        newest.copy(planner.chunk)
        newestOrigin = origin
        self.flight = nil
    }

    /// Passes a policy's fault on, or, on the wall clock, keeps it until the robot is at rest.
    private mutating func note(_ fault: LoopFault) throws(LoopFault) {
        guard survivesFaults else { throw fault }
        self.fault = self.fault ?? fault
    }
}
