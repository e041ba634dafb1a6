import Testing

@testable import Runtime

@Suite struct ActionQueueTests {
    /// Which row of which plan was executed at each of `count` steps, as plan · 10 + row.
    private func rows(_ execution: ExecutionStrategy, horizon: Int, count: Int) throws -> [Int] {
        var loop = try ScriptedLoop(execution: execution, horizon: horizon).loop()
        return try (0..<count).map { _ in
            try loop.tick()
            return Int((loop.lastAction[0, loop.lastAction.width - 1] * 1000).rounded())
        }
    }

    @Test func `replan plans at every step and takes the first action`() throws {
        #expect(try rows(.replan, horizon: 4, count: 5) == [0, 10, 20, 30, 40])
    }

    @Test func `a chunk is executed open loop before the next plan`() throws {
        #expect(try rows(.chunk(count: 3), horizon: 4, count: 7) == [0, 1, 2, 10, 11, 12, 20])
    }

    @Test func `no more of a chunk is executed than there is`() throws {
        #expect(try rows(.chunk(count: 9), horizon: 4, count: 6) == [0, 1, 2, 3, 10, 11])
        #expect(try rows(.chunk(count: 0), horizon: 4, count: 3) == [0, 10, 20])
    }

    @Test func `names are those of the command line`() {
        #expect(ExecutionStrategy.replan.description == "replan")
        #expect(ExecutionStrategy.chunk(count: 4).description == "chunk:4")
        #expect(ExecutionStrategy.ensemble.description == "ensemble")
        #expect(ExecutionStrategy.rtc(executionHorizon: 3).description == "rtc:3")
        #expect(ExecutionStrategy.async.description == "async")
        #expect(ExecutionStrategy.rollforward.description == "rollforward")
    }

    @Test func `a cleared queue wants a plan again`() {
        var queue = ActionQueue(
            shape: PolicyShape(horizon: 3, actionWidth: 2),
            strategy: .chunk(count: 3)
        )
        let chunk = ActionChunk(horizon: 3, width: 2)
        queue.accept(chunk, observedAt: .milliseconds(5), step: 0, landing: 0)
        #expect(!queue.needsPlan(atStep: 0) && queue.observedAt == .milliseconds(5))
        queue.clear()
        #expect(queue.needsPlan(atStep: 0))
    }

    @Test func `a number that is not finite spoils a chunk`() {
        var chunk = ActionChunk(horizon: 3, width: 2)
        #expect(chunk.isFinite)
        chunk[2, 1] = .infinity
        #expect(!chunk.isFinite)
        chunk[2, 1] = .nan
        #expect(!chunk.isFinite)
    }
}
