import Robots
import Testing

@testable import Runtime

@Suite struct ControlLoopTests {
    @Test func `stages run in order and each is charged its own time`() throws {
        var loop = try ScriptedLoop(latency: .free)
            .loop {
                $0.senseCost = .milliseconds(1)
                $0.advanceCosts = [.milliseconds(7)]
            } policy: {
                $0.costs = [.milliseconds(3)]
            }
        let trace = try loop.traces(ofTicks: 1)[0]
        #expect(trace.stages.sense == .milliseconds(1))
        #expect(trace.stages.infer == .milliseconds(3))
        #expect(trace.stages.rerank == .zero)
        #expect(trace.stages.act == .zero)
        #expect(trace.stages.step == .milliseconds(7))
        #expect(trace.stages.tick == .milliseconds(4))
        #expect(trace.planned && !trace.heldByKinematics)
        #expect(loop.policy.log.plannedAt == [.zero])
    }

    @Test func `lockstep moves the world one period a tick and charges nothing`() throws {
        var loop = try ScriptedLoop(latency: .measured)
            .loop(policy: { $0.costs = [.milliseconds(35)] })
        let traces = try loop.traces(ofTicks: 20)
        #expect(
            loop.plant.log.advances == (1...20).map { Advance(command: Double($0), substeps: 10) }
        )
        for (index, trace) in traces.enumerated() {
            #expect(trace.tick == index)
            #expect(trace.charge == .zero && trace.applied == .zero && trace.missedPeriods == 0)
        }
        #expect(loop.plant.elapsed == .milliseconds(200))
    }

    @Test func `a fixed delay moves the world under the old command first`() throws {
        var loop = try ScriptedLoop(clock: .charged, latency: .fixed(.milliseconds(3.2))).loop()
        let traces = try loop.traces(ofTicks: 3)
        #expect(
            loop.plant.log.advances == [
                Advance(command: 0, substeps: 4), Advance(command: 1, substeps: 6),
                Advance(command: 1, substeps: 4), Advance(command: 2, substeps: 6),
                Advance(command: 2, substeps: 4), Advance(command: 3, substeps: 6),
            ]
        )
        for trace in traces {
            #expect(trace.charge == .milliseconds(3.2))
            #expect(trace.applied == .milliseconds(4))
            #expect(trace.missedPeriods == 0)
        }
    }

    @Test func `a delay of exactly one period costs no tick and comes one tick late`() throws {
        var loop = try ScriptedLoop(clock: .charged, latency: .fixed(.milliseconds(10))).loop()
        let traces = try loop.traces(ofTicks: 4)
        #expect(
            loop.plant.log.advances == (0..<4).map { Advance(command: Double($0), substeps: 10) }
        )
        #expect(traces.map(\.missedPeriods) == [0, 0, 0, 0])
        #expect(traces.map(\.tick) == [0, 1, 2, 3])
    }

    @Test func `a delay over a period costs whole periods and counts them`() throws {
        var loop = try ScriptedLoop(clock: .charged, latency: .fixed(.milliseconds(25))).loop()
        let traces = try loop.traces(ofTicks: 3)
        #expect(
            loop.plant.log.advances == [
                Advance(command: 0, substeps: 25), Advance(command: 1, substeps: 5),
                Advance(command: 1, substeps: 25), Advance(command: 2, substeps: 5),
                Advance(command: 2, substeps: 25), Advance(command: 3, substeps: 5),
            ]
        )
        #expect(traces.map(\.tick) == [0, 3, 6])
        #expect(traces.map(\.missedPeriods) == [2, 2, 2])
        #expect(loop.tickIndex == 9)
        #expect(loop.plant.log.sensedAt == [.zero, .milliseconds(30), .milliseconds(60)])
    }

    @Test func `a fixed delay is charged in ticks that plan alone`() throws {
        var loop = try ScriptedLoop(
            policyHertz: 50,
            clock: .charged,
            latency: .fixed(.milliseconds(3))
        ).loop()
        let traces = try loop.traces(ofTicks: 4)
        #expect(traces.map(\.planned) == [true, false, true, false])
        #expect(
            loop.plant.log.advances == [
                Advance(command: 0, substeps: 3), Advance(command: 0.5, substeps: 7),
                Advance(command: 1, substeps: 10),
                Advance(command: 1, substeps: 3), Advance(command: 1.5, substeps: 7),
                Advance(command: 2, substeps: 10),
            ]
        )
    }

    @Test func `free has lockstep's timeline`() throws {
        let script: (inout ScriptedPolicy) -> Void = { $0.costs = [.milliseconds(4)] }
        var lockstep = try ScriptedLoop(policyHertz: 7).loop(policy: script)
        var free = try ScriptedLoop(policyHertz: 7, clock: .charged, latency: .free)
            .loop(policy: script)
        _ = try lockstep.traces(ofTicks: 200)
        _ = try free.traces(ofTicks: 200)
        #expect(lockstep.plant.log.advances == free.plant.log.advances)
    }

    @Test func `measured charges what the clock says`() throws {
        var loop = try ScriptedLoop(clock: .charged, latency: .measured)
            .loop {
                $0.senseCost = .milliseconds(1)
                $0.advanceCosts = [TimeSpan](repeating: .milliseconds(50), count: 9)
            } policy: {
                $0.costs = [.milliseconds(1), .milliseconds(12.5), .milliseconds(0.25)]
            }
        let traces = try loop.traces(ofTicks: 3)
        #expect(traces.map(\.charge) == [2, 13.5, 1.25].map(TimeSpan.milliseconds))
        #expect(traces.map(\.applied) == [2, 14, 2].map(TimeSpan.milliseconds))
        #expect(traces.map(\.missedPeriods) == [0, 1, 0])
        #expect(
            loop.plant.log.advances == [
                Advance(command: 0, substeps: 2), Advance(command: 1, substeps: 8),
                Advance(command: 1, substeps: 14), Advance(command: 2, substeps: 6),
                Advance(command: 2, substeps: 2), Advance(command: 3, substeps: 8),
            ]
        )
    }

    @Test func `a saved trace replays a measured run tick by tick`() throws {
        var script = ScriptedLoop(policyHertz: 50, clock: .charged, latency: .measured)
        // Reading the clock costs time too, in every stage of every tick.
        script.time.advancePerReading = .microseconds(130)
        var random = SystemRandomNumberGenerator()
        let costs = (0..<40).map { _ in
            TimeSpan(nanoseconds: .random(in: 0...30_000_000, using: &random))
        }
        var measured = try script.loop(policy: { $0.costs = costs })
        let expected = try measured.traces(ofTicks: 40)
        var text = LatencyTraceText()
        text.beginEpisode(seed: 7)
        for trace in expected { text.append(trace) }

        script = ScriptedLoop(
            policyHertz: 50,
            clock: .charged,
            latency: .trace(try LatencyTrace(text: text.text))
        )
        var replayed = try script.loop()
        let traces = try replayed.traces(ofTicks: 40)
        #expect(traces.map(\.charge) == expected.map(\.charge))
        #expect(traces.map(\.tick) == expected.map(\.tick))
        #expect(replayed.plant.log.advances == measured.plant.log.advances)
    }

    @Test func `observation age runs from the oldest capture to the command's landing`() throws {
        var loop = try ScriptedLoop(
            policyHertz: 50,
            clock: .charged,
            latency: .fixed(.milliseconds(3.2))
        ).loop(plant: { $0.cameraAge = .milliseconds(7) })
        let traces = try loop.traces(ofTicks: 4)
        // Planned at 0 and 20 ms from pictures of -7 and 13 ms; landed 4 ms after the tick began,
        // or at once where nothing was planned.
        #expect(traces.map(\.observationAge) == [11, 17, 11, 17].map(TimeSpan.milliseconds))
    }

    @Test func `a policy under the control rate acts at its own rate, with a line between`() throws
    {
        var loop = try ScriptedLoop(hertz: 60, physicsHertz: 240, policyHertz: 20).loop()
        let traces = try loop.traces(ofTicks: 6)
        #expect(traces.map(\.planned) == [true, false, false, true, false, false])
        let thirds = (1...6).map {
            Advance(command: (Double($0) / 3e-6).rounded() / 1e6, substeps: 4)
        }
        #expect(loop.plant.log.advances == thirds)
    }

    @Test func `a policy at seven in sixty plans seven times a second`() throws {
        var loop = try ScriptedLoop(hertz: 60, physicsHertz: 240, policyHertz: 7).loop()
        let traces = try loop.traces(ofTicks: 600)
        #expect(traces.filter(\.planned).count == 70)
    }
}
