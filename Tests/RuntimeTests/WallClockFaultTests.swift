import Testing

@testable import Runtime

@Suite struct WallClockFaultTests {
    /// Ticks until the fault, and the first joint's commands on the way.
    private func fault(of loop: inout ScriptedLoop.Loop) -> LoopFault? {
        for _ in 0..<1000 {
            do {
                try loop.tick()
            } catch {
                return error
            }
        }
        return nil
    }

    @Test func `a loop that stalls outside the physics brakes and says so`() throws {
        var loop = try ScriptedLoop(clock: .wall, acceleration: 0.5).loop()
        _ = try loop.traces(ofTicks: 20)
        loop.plant.senseCost = .seconds(2)
        try loop.tick()
        loop.plant.senseCost = .zero
        let held = loop.heldCommand
        #expect(fault(of: &loop) == .plant(what: "the loop stalled for longer than its patience"))
        // It stood for two seconds: braking from there moves nothing.
        #expect(loop.heldCommand == held)
    }

    @Test(arguments: [1, 30, 200])
    func `a robot whose policy fails never changes speed faster than it may`(plan: Int) throws {
        let acceleration = 0.5
        var loop = try ScriptedLoop(clock: .wall, acceleration: acceleration)
            .loop(policy: { $0.failsAtPlan = plan })
        #expect(fault(of: &loop) == .policy(what: "script ended"))
        let positions =
            [0] + loop.plant.log.advances.map { $0.command * ScriptedLoop.jointScale }
        let speeds = zip(positions, positions.dropFirst()).map { ($1 - $0) / 0.01 }
        for (before, after) in zip([0] + speeds, speeds + [0]) {
            #expect(abs(after - before) <= acceleration * 0.01 + 1e-6)
        }
        // Fifty ticks of patience came first.
        #expect(positions.count >= plan + 50)
    }

    @Test func `a short delay is no stall`() throws {
        var loop = try ScriptedLoop(clock: .wall).loop()
        loop.plant.senseCost = .milliseconds(300)
        _ = try loop.traces(ofTicks: 5)
    }

    @Test func `a fault shortly before the time limit is thrown all the same`() throws {
        var loop = try ScriptedLoop(clock: .wall, acceleration: 0.5)
            .loop(policy: { $0.failsAtPlan = 8 })
        var journal = EpisodeJournal()
        let run = {
            try loop.runEpisode(
                seed: 1,
                stop: .timeLimit,
                timeLimit: .milliseconds(100),
                journal: &journal
            )
        }
        #expect(throws: LoopFault.policy(what: "script ended")) { try run() }
        #expect(loop.isAtRest && loop.plant.elapsed == .milliseconds(100))
        #expect(journal.recent.count == EpisodeJournal.recentCount)
    }

    @Test func `success while the robot is being braked does not hide the fault`() throws {
        var loop = try ScriptedLoop(clock: .wall).loop(
            plant: { $0.succeedsAtStep = 100 },
            policy: { $0.failsAtPlan = 8 }
        )
        var journal = EpisodeJournal()
        let run = {
            try loop.runEpisode(
                seed: 1,
                stop: .success,
                timeLimit: .seconds(5),
                journal: &journal
            )
        }
        #expect(throws: LoopFault.policy(what: "script ended")) { try run() }
    }
}
