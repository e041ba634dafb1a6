import Testing

@testable import Runtime

@Suite struct RealTimeChunkingTests {
    /// `fresh` blended into `previous` with the weight of one row of a soft mask.
    private func blend(_ fresh: Double, into previous: Double, _ mask: SoftMask, row: Int) -> Double
    {
        let keep = mask.exponential(atRow: row)
        return (1 - keep) * fresh + keep * previous
    }

    @Test func `without delay each chunk fades in from the one before`() throws {
        let timeline = try ExecutionTimeline(
            ScriptedLoop(execution: .rtc(executionHorizon: 2), horizon: 5),
            actions: 6
        )
        let mask = SoftMask(start: 0, end: 3)
        let second = [
            blend(10, into: 2, mask, row: 0), blend(11, into: 3, mask, row: 1),
            blend(12, into: 4, mask, row: 2),
            13, 14,  // rows beyond the old chunk
        ]
        #expect(
            timeline.isClose(to: [
                0, 1,  // the first chunk has no history
                second[0], second[1],
                blend(20, into: second[2], mask, row: 0),
                blend(21, into: second[3], mask, row: 1),
            ])
        )
    }

    @Test func `a late chunk is entered at the row of its landing`() throws {
        var loop = try late(executionHorizon: 4, horizon: 10).loop()
        let timeline = try ExecutionTimeline(&loop, actions: 6)
        // Plans at steps 0, 4 and 8, each landing three steps later.
        #expect(timeline.ticks == [3, 4, 5, 6, 7, 8])
        let mask = SoftMask(start: 3, end: 6)
        #expect(
            timeline.isClose(to: [
                3, 4, 5, 6,  // the first chunk has no history, and goes on while the next is made
                blend(13, into: 7, mask, row: 3), blend(14, into: 8, mask, row: 4),
            ])
        )
        #expect(loop.policy.log.plannedAt == [0, 40, 80].map(TimeSpan.milliseconds))
    }

    @Test func `actions to be executed before the landing are handed over for freezing`() throws {
        var loop = try late(executionHorizon: 4, horizon: 10).loop()
        _ = try ExecutionTimeline(&loop, actions: 2)
        // Three steps, as the first plan took; nothing is committed before it.
        #expect(loop.policy.log.frozen == [[], [4, 5, 6]])
    }

    @Test func `a prefix is never padded beyond what was predicted`() throws {
        var loop = try late(executionHorizon: 4, horizon: 5).loop()
        _ = try ExecutionTimeline(&loop, actions: 2)
        #expect(loop.policy.log.frozen == [[], [4]])
    }

    @Test func `a landing past the old chunk's end is the new chunk's own`() throws {
        let timeline = try ExecutionTimeline(late(executionHorizon: 2, horizon: 4), actions: 3)
        // One row was left for step 3; step 6 is the next that has an action, of plan 1's row 3.
        #expect(timeline.ticks == [3, 6, 9])
        #expect(timeline.isClose(to: [3, 13, 23]))
    }

    private func late(executionHorizon: Int, horizon: Int) -> ScriptedLoop {
        ScriptedLoop(
            clock: .charged,
            latency: .fixed(.milliseconds(25)),
            execution: .rtc(executionHorizon: executionHorizon),
            horizon: horizon
        )
    }

    @Test func `the last row of a chunk is executed before the next plan`() throws {
        let timeline = try ExecutionTimeline(
            ScriptedLoop(execution: .rtc(executionHorizon: 3), horizon: 3),
            actions: 7
        )
        // Nothing remains to blend with: a chunk open loop.
        #expect(timeline.isClose(to: [0, 1, 2, 10, 11, 12, 20]))
    }

    @Test func `weights at landing are the published ones`() {
        let shape = PolicyShape(horizon: 10, actionWidth: 1)
        var chunking = RealTimeChunking(shape: shape, executionHorizon: 4)
        var chunk = ActionChunk(horizon: 10, width: 1)
        chunking.accept(chunk, step: 0, landing: 0)
        chunk.values = [Float](repeating: 1, count: 10)
        chunking.accept(chunk, step: 4, landing: 6)
        let keep: [Float] = [1, 1, 0.5706, 0.2871, 0.1145, 0.0258, 0, 0, 0, 0]
        for row in 2..<10 {
            chunking.withAction(atStep: 4 + row) { #expect(abs($0[0] - (1 - keep[row])) < 1e-4) }
        }
        #expect(chunking.hasAction(atStep: 13) && !chunking.hasAction(atStep: 14))
    }

    @Test func `the same prediction twice is executed unchanged`() throws {
        let shape = PolicyShape(horizon: 4, actionWidth: 1)
        var chunking = RealTimeChunking(shape: shape, executionHorizon: 1)
        var chunk = ActionChunk(horizon: 4, width: 1)
        for step in 0..<20 {
            for row in 0..<4 { chunk[row, 0] = Float(step + row) }
            chunking.accept(chunk, step: step, landing: step)
            chunking.withAction(atStep: step) { #expect(abs($0[0] - Float(step)) < 1e-5) }
        }
    }
}
