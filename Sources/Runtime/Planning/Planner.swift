import Dispatch
import Synchronization

/// Makes a policy's plans, in the loop's own thread or on one beside it.
///
/// The loop hands over an observation and takes the chunk back later. Between ``post(_:frozen:count:)``
/// and ``take()`` policy, chunk and hand-over buffers belong to the planning thread; at all other
/// times they belong to the loop. One plan is in flight at most.
final class Planner<Brain: Policy, Time: TimeSource>: @unchecked Sendable {
    // Unchecked: ownership passes back and forth with `state`, which both sides order.

    /// Free for the loop, at work, or finished and not yet taken.
    private enum State: Int { case idle, busy, done }

    /// The policy; the loop's while no plan is in flight.
    var policy: Brain
    /// The plan that was made last.
    private(set) var chunk: ActionChunk
    /// The part of its time that went into choosing among candidates.
    private(set) var rerankTime: TimeSpan = .zero

    private let time: Time
    private let state = Atomic<Int>(State.idle.rawValue)
    private let request = DispatchSemaphore(value: 0)
    private let completion = DispatchSemaphore(value: 0)

    /// Steps without a plan since the last request, oldest first; the loop's.
    private var skipped: [Observation]
    private var skippedCount = 0
    // Handed over with a request.
    private var observation: Observation
    private var before: [Observation]
    private var beforeCount = 0
    private var frozen: ActionChunk
    private var frozenCount = 0
    // Handed back.
    private var outcome: LoopFault?
    private var duration: TimeSpan = .zero
    /// How much of the last plan's time passed on another machine.
    private(set) var served: TimeSpan = .zero

    /// Creates a planner.
    ///
    /// - Parameters:
    ///   - policy: The policy.
    ///   - observation: A blank observation of the plant's shape.
    ///   - time: Where plans are timed.
    ///   - wish: What the planning thread asks of the system; nil when there shall be none.
    init(policy: Brain, observation: Observation, time: Time, wish: RealTimeWish?) {
        let shape = policy.shape
        self.policy = policy
        self.time = time
        chunk = ActionChunk(horizon: shape.horizon, width: shape.actionWidth)
        frozen = ActionChunk(horizon: shape.horizon, width: shape.actionWidth)
        self.observation = observation.twin
        let memory = wish == nil ? 0 : shape.memory
        skipped = (0..<memory).map { _ in observation.twin }
        before = (0..<memory).map { _ in observation.twin }
        if let wish { start(wish) }
    }

    // MARK: In the loop's thread

    /// Plans here and now.
    ///
    /// - Returns: How long it took.
    func plan(
        _ observation: Observation,
        frozen rows: ActionChunk,
        count: Int
    ) throws(LoopFault) -> TimeSpan {
        precondition(isIdle, "one plan at a time")
        let start = time.now()
        try makePlan(observation, frozen: rows, count: count)
        return time.now() - start
    }

    /// What planning is, in whichever thread.
    private func makePlan(
        _ observation: Observation,
        frozen rows: ActionChunk,
        count: Int
    ) throws(LoopFault) {
        policy.freeze(rows, count: count)
        try policy.plan(observation, into: &chunk)
        rerankTime = policy.rerankTime
        served = policy.servedTime
        guard chunk.isFinite else { throw .notFinite(what: "action chunk") }
    }

    /// Tells the policy of a step without a plan, now or, while it is at work, before its next plan.
    func observe(_ observation: Observation) throws(LoopFault) {
        // Steps that still wait to be told come first.
        if isIdle, skippedCount == 0 { return try policy.observe(observation) }
        guard !skipped.isEmpty else { return }
        if skippedCount == skipped.count {
            // Full: the oldest makes room.
            for index in 1..<skipped.count { skipped.swapAt(index - 1, index) }
            skippedCount -= 1
        }
        skipped[skippedCount].copy(observation)
        skippedCount += 1
    }

    // MARK: Between the threads

    /// Whether no plan is in flight.
    var isIdle: Bool { state.load(ordering: .acquiring) == State.idle.rawValue }

    /// Whether a plan waits to be taken.
    var isDone: Bool { state.load(ordering: .acquiring) == State.done.rawValue }

    /// Asks the planning thread for a plan; there must be none in flight.
    func post(_ observation: Observation, frozen rows: ActionChunk, count: Int) {
        self.observation.copy(observation)
        swap(&skipped, &before)
        beforeCount = skippedCount
        skippedCount = 0
        frozen.copy(rows)
        frozenCount = count
        state.store(State.busy.rawValue, ordering: .releasing)
        request.signal()
    }

    /// Waits until the plan in flight is done, at most until `deadline`.
    func wait(until deadline: TimeSpan) {
        while !isDone {
            let left = deadline - time.now()
            guard left > .zero else { return }
            let limit = DispatchTime.now() + .nanoseconds(Int(left.nanoseconds))
            if completion.wait(timeout: limit) == .timedOut { return }
        }
    }

    /// Takes back the finished plan: its chunk is in ``chunk``.
    ///
    /// - Returns: How long it took.
    func take() throws(LoopFault) -> TimeSpan {
        let outcome = outcome
        state.store(State.idle.rawValue, ordering: .releasing)
        if let outcome { throw outcome }
        return duration
    }

    /// Before an episode: waits for a plan still in flight and throws it away.
    ///
    /// - Returns: Whether the planner is free.
    func settle(until deadline: TimeSpan) -> Bool {
        if !isIdle { wait(until: deadline) }
        if isDone { state.store(State.idle.rawValue, ordering: .releasing) }
        skippedCount = 0
        return isIdle
    }

    // MARK: In the planning thread

    private func start(_ wish: RealTimeWish) {
        let request = request
        let thread = PlanningThread {
            // Lasts as long as the thread, which ends with the planner or the process.
            _ = RealTimeGrants.request(wish)
        } body: { [weak self] in
            request.wait()
            guard let self else { return false }
            work()
            return true
        }
        thread.start()
    }

    private func work() {
        let start = time.now()
        do throws(LoopFault) {
            for index in 0..<beforeCount { try policy.observe(before[index]) }
            try makePlan(observation, frozen: frozen, count: frozenCount)
            outcome = nil
        } catch {
            outcome = error
        }
        duration = time.now() - start
        state.store(State.done.rawValue, ordering: .releasing)
        completion.signal()
    }

    deinit {
        // Wakes the thread, which finds nobody and ends.
        request.signal()
    }
}
