import Dispatch
import Testing

@testable import Runtime

/// Writes down what it is told, and waits in each plan until it is let go.
private struct RecordingPolicy: Policy {
    /// Touched by the thread that owns the policy at the time, and read when all is done.
    final class Log: @unchecked Sendable {
        var seen: [Int64] = []
        let gate = DispatchSemaphore(value: 0)
    }

    let shape = PolicyShape(horizon: 1, actionWidth: 1, memory: 3)
    let log = Log()

    mutating func reset(seed: UInt64) {}

    mutating func observe(_ observation: Observation) {
        log.seen.append(observation.capturedAt.nanoseconds)
    }

    mutating func plan(_ observation: Observation, into chunk: inout ActionChunk) {
        log.gate.wait()
        log.seen.append(observation.capturedAt.nanoseconds)
    }
}

@Suite struct PlannerTests {
    private func observation(_ number: Int64) -> Observation {
        var observation = Observation(jointCount: 1, cloudPoints: 0)
        observation.capturedAt = TimeSpan(nanoseconds: number)
        return observation
    }

    @Test func `a policy sees every step in its order, whoever owned it at the time`() throws {
        let policy = RecordingPolicy()
        let planner = Planner(
            policy: policy,
            observation: observation(0),
            time: MonotonicTime(),
            wish: .nothing
        )
        let rows = ActionChunk(horizon: 1, width: 1)
        planner.post(observation(0), frozen: rows, count: 0)
        try planner.observe(observation(1))
        try planner.observe(observation(2))
        #expect(!planner.isIdle && !planner.isDone)
        policy.log.gate.signal()
        planner.wait(until: MonotonicTime().now() + .seconds(60))
        _ = try planner.take()
        // Free again, with steps still to tell: this one queues behind them.
        try planner.observe(observation(3))
        planner.post(observation(4), frozen: rows, count: 0)
        policy.log.gate.signal()
        planner.wait(until: MonotonicTime().now() + .seconds(60))
        _ = try planner.take()
        #expect(policy.log.seen == [0, 1, 2, 3, 4])
        // Nothing waits any more: told at once.
        try planner.observe(observation(5))
        #expect(policy.log.seen == [0, 1, 2, 3, 4, 5])
    }

    @Test func `only as many steps are kept as the policy looks back`() throws {
        let policy = RecordingPolicy()
        let planner = Planner(
            policy: policy,
            observation: observation(0),
            time: MonotonicTime(),
            wish: .nothing
        )
        let rows = ActionChunk(horizon: 1, width: 1)
        planner.post(observation(0), frozen: rows, count: 0)
        for number in 1...6 as ClosedRange<Int64> { try planner.observe(observation(number)) }
        policy.log.gate.signal()
        planner.wait(until: MonotonicTime().now() + .seconds(60))
        _ = try planner.take()
        planner.post(observation(7), frozen: rows, count: 0)
        policy.log.gate.signal()
        planner.wait(until: MonotonicTime().now() + .seconds(60))
        #expect(planner.isDone)
        #expect(policy.log.seen == [0, 4, 5, 6, 7])
    }

    @Test func `waiting ends at its deadline`() {
        let policy = RecordingPolicy()
        let planner = Planner(
            policy: policy,
            observation: observation(0),
            time: MonotonicTime(),
            wish: .nothing
        )
        planner.post(observation(0), frozen: ActionChunk(horizon: 1, width: 1), count: 0)
        planner.wait(until: MonotonicTime().now() + .milliseconds(5))
        #expect(!planner.isDone)
        #expect(!planner.settle(until: MonotonicTime().now()))
        policy.log.gate.signal()
        #expect(planner.settle(until: MonotonicTime().now() + .seconds(60)))
    }
}
