import Testing

@testable import Runtime

@Suite struct WallClockTests {
    @Test func `deadlines are absolute: short work never shifts them`() throws {
        var loop = try ScriptedLoop(clock: .wall)
            .loop(policy: { $0.costs = [.milliseconds(3), .milliseconds(9), .milliseconds(1)] })
        let traces = try loop.traces(ofTicks: 5)
        #expect(loop.plant.log.readAt == [0, 10, 20, 30, 40].map(TimeSpan.milliseconds))
        #expect(traces.map(\.charge) == [3, 9, 1, 1, 1].map(TimeSpan.milliseconds))
        #expect(traces.allSatisfy { $0.wakeup == .zero && $0.missedPeriods == 0 })
        #expect(loop.plant.log.advances[2] == Advance(command: 1, substeps: 9))
        #expect(loop.plant.log.advances[3] == Advance(command: 2, substeps: 1))
    }

    @Test func `late work skips whole periods and keeps the schedule`() throws {
        var loop = try ScriptedLoop(clock: .wall)
            .loop(policy: { $0.costs = [.milliseconds(25), .milliseconds(1)] })
        let traces = try loop.traces(ofTicks: 3)
        #expect(traces.map(\.tick) == [0, 3, 4])
        #expect(traces.map(\.missedPeriods) == [2, 0, 0])
        #expect(loop.plant.log.readAt == [0, 30, 40].map(TimeSpan.milliseconds))
        #expect(loop.plant.log.advances[0] == Advance(command: 0, substeps: 25))
        #expect(loop.plant.log.advances[1] == Advance(command: 1, substeps: 5))
    }

    @Test func `a world that is itself too slow skips the periods that it has overrun`() throws {
        var loop = try ScriptedLoop(clock: .wall).loop {
            $0.advanceCosts = [.milliseconds(12), .milliseconds(6)]
        }
        let traces = try loop.traces(ofTicks: 2)
        // Tick 0 ends at 12 ms, past its 10; one period more passes in the world, until 18 ms.
        #expect(traces.map(\.tick) == [0, 2])
        #expect(traces.map(\.missedPeriods) == [1, 0])
        #expect(loop.plant.log.readAt == [.zero, .milliseconds(20)])
        #expect(loop.plant.elapsed == .milliseconds(30))
    }

    @Test func `lateness of the thread is measured and charged`() throws {
        var loop = try ScriptedLoop(clock: .wall).loop {
            $0.advanceCosts = [.milliseconds(12), .milliseconds(12)]
        }
        let traces = try loop.traces(ofTicks: 2)
        // The skipped period took 12 ms of its own: tick 2 is due at 20 ms and starts at 24.
        #expect(traces[1].wakeup == .milliseconds(4))
        #expect(traces[1].charge == .milliseconds(4))
        #expect(traces[1].missedPeriods == 0)
        #expect(loop.plant.log.advances[2] == Advance(command: 1, substeps: 4))
        #expect(loop.plant.log.advances[3] == Advance(command: 2, substeps: 6))
    }
}
