import Testing

@testable import Runtime

@Suite struct AsynchronousTests {
    private func timeline(
        _ latency: LatencySource,
        horizon: Int = 6,
        execution: ExecutionStrategy = .async,
        actions: Int
    ) throws -> ExecutionTimeline {
        try ExecutionTimeline(
            ScriptedLoop(
                clock: .charged,
                latency: latency,
                execution: execution,
                horizon: horizon
            ),
            actions: actions
        )
    }

    @Test(arguments: [ExecutionStrategy.async, .rollforward])
    func `without delay it is replanning`(strategy: ExecutionStrategy) throws {
        let free = try timeline(.free, execution: strategy, actions: 4)
        #expect(free.ticks == [0, 1, 2, 3] && free.isClose(to: [0, 10, 20, 30]))
        let lockstep = try ExecutionTimeline(
            ScriptedLoop(execution: strategy, horizon: 6),
            actions: 4
        )
        #expect(lockstep.ticks == free.ticks && lockstep.values == free.values)
    }

    @Test(arguments: [1.0, 5, 10])
    func `a delay up to one step executes each plan's second action`(delay: Double) throws {
        let timeline = try timeline(.fixed(.milliseconds(delay)), actions: 4)
        #expect(timeline.ticks == [1, 2, 3, 4])
        #expect(timeline.isClose(to: [1, 11, 21, 31]))
    }

    @Test func `old actions go on until a late plan lands at the row of its landing`() throws {
        let timeline = try timeline(.fixed(.milliseconds(25)), actions: 7)
        #expect(timeline.ticks == [3, 4, 5, 6, 7, 8, 9])
        #expect(timeline.isClose(to: [3, 4, 5, 13, 14, 15, 23]))
    }

    @Test func `past a chunk's end the robot holds until the next plan lands`() throws {
        let script = ScriptedLoop(
            clock: .charged,
            latency: .fixed(.milliseconds(25)),
            execution: .async,
            horizon: 4
        )
        var loop = try script.loop()
        let traces = try loop.traces(ofTicks: 10)
        #expect(
            traces.map(\.starved)
                == [true, true, true, false, true, true, false, true, true, false]
        )
        #expect(traces.map(\.planned).enumerated().filter(\.element).map(\.offset) == [0, 3, 6, 9])
        // Rows 3 of plans 0, 1 and 2, one action step each; no tick is lost.
        #expect(
            loop.plant.log.advances.map(\.command) == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3]
        )
        #expect(traces.allSatisfy { $0.missedPeriods == 0 && $0.charge == .zero })
    }

    @Test func `one slow plan shifts no later one`() throws {
        let trace = try LatencyTrace(
            text: "infer_us\nepisode 7\n5000\n32000\n5000\n5000\n5000\n"
        )
        let timeline = try timeline(.trace(trace), actions: 7)
        // Plan 1 starts in step 1 and lands in step 5; plans 2 and 3 take one step again.
        #expect(timeline.ticks == [1, 2, 3, 4, 5, 6, 7])
        #expect(timeline.isClose(to: [1, 2, 3, 4, 14, 21, 31]))
    }

    @Test func `steps without a plan are observed`() throws {
        var loop = try ScriptedLoop(
            clock: .charged,
            latency: .fixed(.milliseconds(25)),
            execution: .async,
            horizon: 6
        ).loop()
        _ = try loop.traces(ofTicks: 7)
        #expect(loop.policy.log.plannedAt == [0, 30, 60].map(TimeSpan.milliseconds))
        #expect(loop.policy.log.observed == [10, 20, 40, 50].map(TimeSpan.milliseconds))
    }

    @Test func `sensing and acting are charged to the tick, the plan to its own timeline`() throws {
        let trace = try LatencyTrace(
            text: "sense_us infer_us act_us\n1000 12000 1000\n1000 - 1000\n"
        )
        var loop = try ScriptedLoop(
            clock: .charged,
            latency: .trace(trace),
            execution: .async,
            horizon: 6
        ).loop()
        let traces = try loop.traces(ofTicks: 4)
        #expect(traces.allSatisfy { $0.charge == .milliseconds(2) && $0.missedPeriods == 0 })
        #expect(traces.map(\.starved) == [true, true, false, false])
    }

    @Test func `a plan from the state rolled forward starts where the robot will be`() throws {
        var loop = try ScriptedLoop(
            clock: .charged,
            latency: .fixed(.milliseconds(25)),
            execution: .rollforward,
            horizon: 6
        ).loop()
        let timeline = try ExecutionTimeline(&loop, actions: 9)
        #expect(timeline.ticks == [3, 4, 5, 6, 7, 8, 9, 10, 11])
        // Later plans are made for the step of their landing, and begin there with their first row.
        #expect(timeline.isClose(to: [3, 4, 5, 10, 11, 12, 20, 21, 22]))
        // Nothing was committed to the first; three actions each to those after it.
        #expect(loop.policy.log.sawJoint == [0, 3, 3, 3])
    }

    @Test func `a plan for which nothing was committed does not wait`() throws {
        // Plan 0 takes 7 steps, past its own end: plan 1 follows nothing and is executed on landing.
        let trace = try LatencyTrace(
            text: "infer_us\nepisode 7\n65000\n5000\n5000\n5000\n5000\n"
        )
        let timeline = try timeline(.trace(trace), execution: .rollforward, actions: 2)
        #expect(timeline.ticks == [8, 9])
        #expect(timeline.isClose(to: [10, 11]))
    }

    @Test func `a plan that lands early waits for its first step`() throws {
        let trace = try LatencyTrace(
            text: "infer_us\nepisode 7\n25000\n5000\n5000\n5000\n5000\n"
        )
        let timeline = try timeline(.trace(trace), execution: .rollforward, actions: 6)
        #expect(timeline.ticks == [3, 4, 5, 6, 7, 8])
        #expect(timeline.isClose(to: [3, 4, 5, 10, 11, 12]))
    }
}
