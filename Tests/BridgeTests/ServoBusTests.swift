import Diagnostics
import Foundation
import Robots
import Runtime
import Testing

@testable import Bridge

/// Our master on the emulated bus: both protocols, everything that can go wrong on a wire.
@Suite struct ServoBusTests {
    private func with(
        _ wire: ServoProtocol,
        faults: WireFaults = WireFaults(),
        _ body: (EmulatedArm<LightJoints>, ServoBus) throws -> Void
    ) throws {
        let servos = ArmServos.six(wire)
        let arm = EmulatedArm(map: servos, joints: LightJoints([0, 0.1, 0.2, 0.3, -0.4, -0.5]))
        let bus = ServoBus(wire: wire, port: EmulatedPort(arm: arm, baud: servos.baud))
        // Servos take 200 ms to start.
        bus.port.sleep(until: .milliseconds(250))
        arm.bus.faults = faults
        try body(arm, bus)
    }

    private func present(_ wire: ServoProtocol, fast: Bool = false) -> SyncBlock {
        let register = ArmServos.six(wire).table[.presentPosition]
        return SyncBlock(ids: [1, 2, 3, 4, 5, 6], addresses: register.range, isFast: fast)
    }

    @Test(arguments: ServoProtocol.allCases)
    func registersAreReadAndWritten(_ wire: ServoProtocol) throws {
        try with(wire) { _, bus in
            let table = ArmServos.six(wire).table
            #expect(try bus.read(table[.model], of: 3) == table.modelNumber)
            #expect(try bus.read(table[.presentPosition], of: 1) == 2048)
            try bus.set(0, table[.torqueEnable], of: 2)
            try bus.set(2100, table[.goalPosition], of: 2)
            #expect(try bus.read(table[.goalPosition], of: 2) == 2100)
            #expect(try bus.ping(4))
            #expect(try !bus.ping(9))
            #expect(throws: BusError.noAnswer(id: 9, tries: 3)) {
                try bus.read(table[.model], of: 9)
            }
        }
    }

    @Test(arguments: [(ServoProtocol.feetech, false), (.dynamixel, false), (.dynamixel, true)])
    func allServosAreReadAtOnce(_ wire: ServoProtocol, _ fast: Bool) throws {
        try with(wire) { _, bus in
            let block = present(wire, fast: fast)
            let answers = try bus.read(block, until: bus.port.now() + .seconds(1))
            #expect(answers == 6)
            let position = ArmServos.six(wire).table[.presentPosition]
            let steps = (0..<6).map { block.value(position, of: $0) }
            let wanted = [0, 0.1, 0.2, 0.3, -0.4, -0.5].map { angle in
                Int((2048 + angle * 4096 / (2 * Double.pi)).rounded())
            }
            #expect(steps == wanted)
        }
    }

    @Test(arguments: ServoProtocol.allCases)
    func aSyncWriteMovesAllServos(_ wire: ServoProtocol) throws {
        try with(wire) { arm, bus in
            let servos = ArmServos.six(wire)
            let setup = ServoSetup(bus: bus, servos: servos)
            try setup.check(nil)
            try setup.configure()
            try setup.engage(ramp: .milliseconds(100))
            let goal = SyncBlock(
                ids: [1, 2, 3, 4, 5, 6],
                addresses: servos.table[.goalPosition].range
            )
            for index in 0..<6 {
                goal.set(2048 + 10 * index, servos.table[.goalPosition], of: index)
            }
            try bus.write(goal)
            bus.port.sleep(until: bus.port.now() + .milliseconds(500))
            let state = arm.joints.state
            for index in 0..<6 {
                let step = servos.joints[index].step(at: state.positions[index])
                #expect(abs(step - Double(2048 + 10 * index)) < 0.5, "servo \(index + 1)")
            }
        }
    }

    @Test(arguments: ServoProtocol.allCases)
    func nothingJumpsWhenTorqueComes(_ wire: ServoProtocol) throws {
        try with(wire) { arm, bus in
            let before = arm.joints.state.positions
            let setup = ServoSetup(bus: bus, servos: .six(wire))
            try setup.configure()
            try setup.engage(ramp: .milliseconds(100))
            let after = arm.joints.state.positions
            for joint in before.indices { #expect(abs(after[joint] - before[joint]) < 0.002) }
            let torque = arm.bus.servos.map(\.hasTorque)
            #expect(torque.allSatisfy { $0 })
        }
    }

    @Test(arguments: ServoProtocol.allCases)
    func lostAnswersAreAskedForAgainAndCounted(_ wire: ServoProtocol) throws {
        var faults = WireFaults()
        faults.drop = 0.1
        try with(wire, faults: faults) { arm, bus in
            let before = bus.counts
            let dropped = arm.bus.counts.dropped
            var whole = 0
            let block = present(wire)
            for _ in 0..<1000 where try bus.read(block, until: bus.port.now() + .seconds(1)) == 6 {
                whole += 1
            }
            // Three tries for a servo: one in a thousand is given up.
            #expect(whole >= 985)
            let counts = bus.counts
            let lost = arm.bus.counts.dropped - dropped
            #expect(lost > 500)
            #expect(counts.missed - before.missed == lost)
            #expect(counts.retries > before.retries)
            #expect(counts.answers - before.answers == 6000 - (counts.lost - before.lost))
        }
    }

    @Test(arguments: ServoProtocol.allCases)
    func brokenDoubleAndCutAnswersDoNoHarm(_ wire: ServoProtocol) throws {
        var faults = WireFaults()
        faults.corrupt = 0.1
        faults.duplicate = 0.1
        faults.split = 0.3
        try with(wire, faults: faults) { _, bus in
            let block = present(wire)
            var whole = 0
            for _ in 0..<300 where try bus.read(block, until: bus.port.now() + .seconds(1)) == 6 {
                whole += 1
                #expect(
                    abs(block.value(ArmServos.six(wire).table[.presentPosition], of: 0) - 2048) <= 1
                )
            }
            #expect(whole >= 290)
            #expect(bus.counts.badSums > 0)
            #expect(bus.counts.garbageBytes > 0)
        }
    }

    @Test(arguments: ServoProtocol.allCases)
    func aSilentServoDoesNotSilenceTheOthers(_ wire: ServoProtocol) throws {
        try with(wire) { arm, bus in
            arm.bus.servos[2].isSilent = true
            let block = present(wire)
            let answers = try bus.read(block, until: bus.port.now() + .seconds(1))
            #expect(answers == 5)
            #expect(!block.hasAnswered(2))
            #expect((0..<6).filter { block.hasAnswered($0) } == [0, 1, 3, 4, 5])
        }
    }

    @Test func aTranscriptTellsWhatPassed() throws {
        try with(.feetech) { _, bus in
            bus.port.transcript = BusTranscript(capacity: 4096)
            #expect(try bus.ping(1))
            let lines = bus.port.transcript?.text.split(separator: "\n") ?? []
            #expect(lines.first?.hasSuffix("> FF FF 01 02 01 FB") == true)
            #expect(lines.dropFirst().contains { $0.contains(" < FF FF 01 02 00 FC") })
            for _ in 0..<1000 { try bus.write(present(.feetech)) }
            #expect((bus.port.transcript?.text.utf8.count ?? 0) < 40_000)
        }
    }
}
