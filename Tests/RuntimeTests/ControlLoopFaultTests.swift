import Robots
import Testing

@testable import Runtime

@Suite struct ControlLoopFaultTests {
    @Test func `a plan with a number that is not finite stops the loop before a command`() throws {
        var loop = try ScriptedLoop(horizon: 4).loop(policy: { $0.nanAtPlan = 3 })
        for _ in 0..<3 { try loop.tick() }
        let held = loop.heldCommand
        #expect(throws: LoopFault.notFinite(what: "action chunk")) { try loop.tick() }
        #expect(loop.plant.log.advances.count == 3)
        #expect(loop.heldCommand == held)
        #expect(loop.tickIndex == 3)
    }

    @Test func `a policy's own fault is passed on and nothing is commanded`() throws {
        var loop = try ScriptedLoop(clock: .charged, latency: .fixed(.milliseconds(2)))
            .loop(policy: { $0.failsAtPlan = 0 })
        #expect(throws: LoopFault.policy(what: "script ended")) { try loop.tick() }
        #expect(loop.plant.log.advances.isEmpty)
    }

    @Test func `a reset forgets the last episode`() throws {
        var loop = try ScriptedLoop(horizon: 4).loop()
        _ = try loop.traces(ofTicks: 5)
        loop.plant.steps = 0
        loop.reset(seed: 9)
        #expect(loop.policy.log.resets == [7, 9])
        let again = try loop.traces(ofTicks: 2)
        #expect(again.map(\.tick) == [0, 1] && again[0].planned)
        #expect(loop.plant.log.advances.suffix(2).map(\.command) == [1, 2])
    }

    @Test func `parking brings the arm home and stops there`() throws {
        var loop = try ScriptedLoop().loop()
        _ = try loop.traces(ofTicks: 5)
        let home = JointCommand(holding: loop.plant.home)
        try loop.park(at: home, within: .seconds(1))
        #expect(abs(loop.plant.log.advances.last?.command ?? 1) < 1e-6)
        #expect(abs(loop.heldCommand.arm[0] - home.arm[0]) < 1e-9)
        #expect(loop.plant.log.advances.count <= 105)
    }
}
