import Testing

@testable import Runtime

/// What a loop executed: the gripper's number times 1000, which the scripted policy sets to
/// 10 · plan + row, beside the tick in which it was taken.
struct ExecutionTimeline {
    var ticks: [Int] = []
    var values: [Double] = []

    /// Runs `loop` until `count` actions are taken.
    init(_ loop: inout ScriptedLoop.Loop, actions count: Int) throws {
        while values.count < count {
            let tick = loop.tickIndex
            guard tick < 1000 else { return }
            guard try loop.tick() else { continue }
            ticks.append(tick)
            values.append(Double(loop.lastAction[0, loop.lastAction.width - 1]) * 1000)
        }
    }

    init(_ script: ScriptedLoop, actions count: Int) throws {
        var loop = try script.loop()
        self = try ExecutionTimeline(&loop, actions: count)
    }

    /// Whether the executed values are `expected`, but for rounding to single precision.
    func isClose(to expected: [Double]) -> Bool {
        values.count == expected.count
            && zip(values, expected).allSatisfy { abs($0 - $1) < 1e-4 }
    }
}

@Suite struct ExecutionTimelineTests {
    @Test(arguments: [
        ExecutionStrategy.ensemble, .async, .rtc(executionHorizon: 2), .rollforward,
    ])
    func `a saved trace replays what a measured run executed`(strategy: ExecutionStrategy) throws {
        var script = ScriptedLoop(clock: .charged, latency: .measured, execution: strategy)
        script.horizon = 6
        script.time.advancePerReading = .microseconds(130)
        var random = SystemRandomNumberGenerator()
        let costs = (0..<60).map { _ in
            TimeSpan(nanoseconds: .random(in: 0...30_000_000, using: &random))
        }
        var measured = try script.loop(policy: { $0.costs = costs })
        var text = LatencyTraceText()
        text.beginEpisode(seed: 7)
        let expected = try ExecutionTimeline(&measured, actions: 60)
        while let trace = measured.traces.pop() { text.append(trace) }

        script.latency = .trace(try LatencyTrace(text: text.text))
        let replayed = try ExecutionTimeline(script, actions: 60)
        #expect(replayed.ticks == expected.ticks)
        #expect(replayed.values == expected.values)
    }

    @Test(arguments: [
        ExecutionStrategy.ensemble, .async, .rtc(executionHorizon: 1), .rollforward,
    ])
    func `a chunk of one action is replanned`(strategy: ExecutionStrategy) throws {
        let timeline = try ExecutionTimeline(ScriptedLoop(execution: strategy), actions: 4)
        #expect(timeline.isClose(to: [0, 10, 20, 30]))
    }

    @Test(arguments: [
        ExecutionStrategy.ensemble, .async, .rtc(executionHorizon: 2), .rollforward,
    ])
    func `a new episode knows nothing of the last`(strategy: ExecutionStrategy) throws {
        var loop = try ScriptedLoop(execution: strategy, horizon: 4).loop()
        let first = try ExecutionTimeline(&loop, actions: 5)
        let plans = loop.policy.log.plannedAt.count
        loop.reset(seed: 8)
        let second = try ExecutionTimeline(&loop, actions: 5)
        // The same blend of plans that count on from where the first episode's stopped.
        #expect(second.isClose(to: first.values.map { $0 + Double(plans) * 10 }))
    }

    @Test(arguments: [ExecutionStrategy.async, .rtc(executionHorizon: 1)])
    func `a chunk that lands past its own end gives no action`(strategy: ExecutionStrategy) throws {
        var loop = try ScriptedLoop(
            clock: .charged,
            latency: .fixed(.milliseconds(45)),
            execution: strategy,
            horizon: 3
        ).loop()
        let traces = try loop.traces(ofTicks: 40)
        #expect(traces.allSatisfy { $0.starved && $0.missedPeriods == 0 })
        #expect(loop.plant.log.advances.allSatisfy { $0.command == 0 })
    }

    @Test func `replan and chunk take rows in order, however late`() throws {
        let late = { (strategy: ExecutionStrategy) in
            ScriptedLoop(
                clock: .charged,
                latency: .fixed(.milliseconds(25)),
                execution: strategy,
                horizon: 3
            )
        }
        let replan = try ExecutionTimeline(late(.replan), actions: 3)
        #expect(replan.ticks == [0, 3, 6] && replan.isClose(to: [0, 10, 20]))
        let ensemble = try ExecutionTimeline(late(.ensemble), actions: 3)
        #expect(ensemble.ticks == [0, 3, 6])
        let chunk = try ExecutionTimeline(late(.chunk(count: 2)), actions: 4)
        #expect(chunk.ticks == [0, 3, 4, 7] && chunk.isClose(to: [0, 1, 10, 11]))
    }
}
