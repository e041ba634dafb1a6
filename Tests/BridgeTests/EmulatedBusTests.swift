import Robots
import Testing

@testable import Bridge

/// The emulated bus on a clock held in the hand: no terminal, no thread.
@Suite struct EmulatedBusTests {
    /// An arm at rest, past its servos' start.
    private func arm(
        _ wire: ServoProtocol,
        _ servos: ArmServos? = nil
    ) -> EmulatedArm<LightJoints> {
        let servos = servos ?? .six(wire)
        let joints = LightJoints([Double](repeating: 0, count: servos.joints.count))
        let arm = EmulatedArm(map: servos, joints: joints)
        arm.advance(to: 0.25)
        return arm
    }

    /// Sends bytes now, and gives what comes back within 50 ms, with when its last byte comes.
    private func ask(
        _ arm: EmulatedArm<LightJoints>,
        _ bytes: [UInt8],
        baud: Int = 1_000_000
    ) -> (bytes: [UInt8], after: Double) {
        let now = arm.time
        bytes.withUnsafeBufferPointer { arm.bus.receive($0, at: now, baud: baud) }
        var answer: [UInt8] = []
        var last = now
        while let next = arm.bus.nextArrival, next < now + 0.05 {
            last = next
            answer += arm.bus.arrived(by: next)
        }
        arm.advance(to: now + 0.05)
        return (answer, last - now)
    }

    @Test func feetechsPacketsAreAnsweredByteByByte() {
        let arm = arm(.feetech)
        // Positions as in the golden reply of a sync read: one turn's middle.
        let answer = ask(arm, bytes("FF FF FE 0A 82 38 02 01 02 03 04 05 06 26"))
        let wanted = (1...6).flatMap { status(.feetech, from: UInt8($0), [0x00, 0x08]) }
        #expect(answer.bytes == wanted)
        // 14 + 48 bytes of 10 us, and six return delays of 250 times 2 us.
        #expect(abs(answer.after - (62e-5 + 6 * 500e-6)) < 1e-9)
    }

    @Test func dynamixelsPacketsAreAnsweredByteByByte() {
        let arm = arm(.dynamixel)
        #expect(
            ask(arm, bytes("FF FF FD 00 01 03 00 01 19 4E")).bytes
                == status(.dynamixel, from: 1, [0xFC, 0x03, 46])
        )
        let answer = ask(arm, bytes("FF FF FD 00 FE 09 00 82 84 00 04 00 01 02 CE FA"))
        #expect(
            answer.bytes
                == status(.dynamixel, from: 1, [0, 8, 0, 0])
                + status(.dynamixel, from: 2, [0, 8, 0, 0])
        )
        #expect(abs(answer.after - ((16 + 30) * 1e-5 + 2 * 500e-6)) < 1e-9)
        let ping = ask(arm, bytes("FF FF FD 00 FE 03 00 01 31 42"))
        #expect(parse(ping.bytes, .dynamixel, .toHost).map(\.frame.id) == [1, 2, 3, 4, 5, 6])
    }

    @Test func anotherBaudRateIsNotHeard() {
        let arm = arm(.feetech)
        #expect(ask(arm, instruction(.feetech, 1, to: 1), baud: 500_000).bytes.isEmpty)
        #expect(!ask(arm, instruction(.feetech, 1, to: 1)).bytes.isEmpty)
    }

    @Test func aFastSyncReadIsOnePacket() {
        let arm = arm(.dynamixel)
        let answer = ask(arm, bytes("FF FF FD 00 FE 09 00 8A 84 00 04 00 01 02 4D 72")).bytes
        let found = parse(answer, .dynamixel, .toHost)
        #expect(found.count == 1)
        #expect(found.first?.frame.id == Instruction.broadcast)
        let block = SyncBlock(ids: [1, 2], addresses: 132..<136, isFast: true)
        found.first?.parameters.withUnsafeBufferPointer { block.takeFast($0) }
        #expect(block.missing == 0)
        #expect(block.value(ArmServos.dynamixel.table[.presentPosition], of: 1) == 2048)
    }

    @Test func theLockKeepsFeetechsEEPROM() {
        let arm = arm(.feetech)
        _ = ask(arm, instruction(.feetech, 3, to: 1, [33, 1]))
        #expect(arm.bus.servos[0][.mode] == 0)
        _ = ask(arm, instruction(.feetech, 3, to: 1, [55, 0]))
        _ = ask(arm, instruction(.feetech, 3, to: 1, [33, 1]))
        #expect(arm.bus.servos[0][.mode] == 1)
        // Kept without power; the lock is closed again.
        arm.brownOut()
        arm.advance(to: arm.time + 0.5)
        #expect(arm.bus.servos[0][.mode] == 1)
        #expect(arm.bus.servos[0][.lock] == 1)
    }

    @Test func torqueKeepsDynamixelsEEPROM() {
        let arm = arm(.dynamixel)
        let mode = instruction(.dynamixel, 3, to: 1, [11, 0, 4])
        _ = ask(arm, instruction(.dynamixel, 3, to: 1, [64, 0, 1]))
        #expect(parse(ask(arm, mode).bytes, .dynamixel, .toHost).first?.frame.error == 7)
        _ = ask(arm, instruction(.dynamixel, 3, to: 1, [64, 0, 0]))
        #expect(parse(ask(arm, mode).bytes, .dynamixel, .toHost).first?.frame.error == 0)
        #expect(arm.bus.servos[0][.mode] == 4)
    }

    @Test func dynamixelRefusesWhatItDoesNotKnow() {
        let arm = arm(.dynamixel)
        func error(_ packet: [UInt8]) -> UInt8? {
            parse(ask(arm, packet).bytes, .dynamixel, .toHost).first?.frame.error
        }
        #expect(error(instruction(.dynamixel, 0x77, to: 1)) == 2)
        #expect(error(instruction(.dynamixel, 3, to: 1, [132, 0, 1, 2, 3, 4])) == 7)
        #expect(error(instruction(.dynamixel, 3, to: 1, [116, 0, 0xFF, 0xFF, 0, 0])) == 6)
        #expect(error(instruction(.dynamixel, 2, to: 1, [1])) == 5)
    }

    @Test func aNewNumberCountsFromTheNextPacketOn() {
        let arm = arm(.feetech)
        _ = ask(arm, instruction(.feetech, 3, to: 1, [55, 0]))
        #expect(
            ask(arm, instruction(.feetech, 3, to: 1, [5, 9])).bytes == status(.feetech, from: 1)
        )
        #expect(ask(arm, instruction(.feetech, 1, to: 1)).bytes.isEmpty)
        #expect(ask(arm, instruction(.feetech, 1, to: 9)).bytes == status(.feetech, from: 9))
    }

    @Test func registeredWritesWaitForTheAction() {
        for wire in ServoProtocol.allCases {
            let arm = arm(wire)
            let goal: [UInt8] = wire == .feetech ? [42, 0xE8, 3] : [116, 0, 0xE8, 3, 0, 0]
            _ = ask(arm, instruction(wire, 4, to: 1, goal))
            #expect(arm.bus.servos[0][.goalPosition] == 0)
            _ = ask(arm, instruction(wire, 5, to: 0xFE))
            #expect(arm.bus.servos[0][.goalPosition] == 1000)
        }
    }

    @Test func theWatchdogStopsDynamixels() {
        let arm = arm(.dynamixel)
        for id in 1...6 as ClosedRange<UInt8> {
            _ = ask(arm, instruction(.dynamixel, 3, to: id, [116, 0, 0, 8, 0, 0]))
            _ = ask(arm, instruction(.dynamixel, 3, to: id, [64, 0, 1]))
        }
        _ = ask(arm, instruction(.dynamixel, 3, to: 1, [98, 0, 5]))
        _ = ask(arm, instruction(.dynamixel, 3, to: 1, [116, 0, 0, 12, 0, 0]))
        arm.advance(to: arm.time + 0.2)
        // 100 ms of silence: it stands, says so, and takes no goal until the register is cleared.
        #expect(arm.bus.servos[0][.busWatchdog] == -1)
        let stopped = arm.joints.state.positions[0]
        let refused = ask(arm, instruction(.dynamixel, 3, to: 1, [116, 0, 0, 0, 0, 0])).bytes
        #expect(parse(refused, .dynamixel, .toHost).first?.frame.error == 7)
        arm.advance(to: arm.time + 0.5)
        #expect(abs(arm.joints.state.positions[0] - stopped) < 0.002)
        _ = ask(arm, instruction(.dynamixel, 3, to: 1, [98, 0, 0]))
        _ = ask(arm, instruction(.dynamixel, 3, to: 1, [116, 0, 0, 8, 0, 0]))
        arm.advance(to: arm.time + 1)
        #expect(abs(arm.joints.state.positions[0]) < 0.002)
    }

    @Test func aFeetechServoPushesOnForEver() {
        let arm = arm(.feetech)
        _ = ask(arm, instruction(.feetech, 3, to: 1, [42, 0, 12]))
        arm.advance(to: arm.time + 2)
        #expect(abs(arm.joints.state.positions[0] - .pi / 2) < 0.01)
    }

    @Test func anOverloadedServoYieldsUntilItsTorqueIsSwitched() {
        var joints = LightJoints([0, 0, 0, 0, 0, 0])
        joints.blocked = [0]
        let arm = EmulatedArm(map: .feetech, joints: joints)
        arm.advance(to: 0.25)
        _ = ask(arm, instruction(.feetech, 3, to: 1, [42, 0, 12]))
        arm.advance(to: arm.time + 1)
        #expect(arm.bus.servos[0].alert.isEmpty)
        // 80 % of the torque for two seconds.
        arm.advance(to: arm.time + 1.5)
        let answer = ask(arm, bytes("FF FF 01 04 02 38 02 BE")).bytes
        #expect(parse(answer, .feetech, .toHost).first?.frame.error == 0x20)
        _ = ask(arm, instruction(.feetech, 3, to: 1, [40, 0]))
        #expect(arm.bus.servos[0].alert.isEmpty)
    }

    @Test func aHotServoLetsGo() {
        let arm = arm(.feetech)
        _ = ask(arm, instruction(.feetech, 3, to: 1, [40, 1]))
        arm.bus.servos[0].motor.temperature = 80
        arm.advance(to: arm.time + 0.01)
        #expect(!arm.bus.servos[0].hasTorque)
        #expect(arm.bus.servos[0].alert.contains(.overheat))
    }

    @Test func aBrownOutForgetsRAM() {
        let arm = arm(.feetech)
        _ = ask(arm, instruction(.feetech, 3, to: 1, [40, 1]))
        arm.brownOut()
        #expect(ask(arm, instruction(.feetech, 1, to: 1)).bytes.isEmpty)
        arm.advance(to: arm.time + 0.5)
        #expect(!ask(arm, instruction(.feetech, 1, to: 1)).bytes.isEmpty)
        #expect(!arm.bus.servos[0].hasTorque)
    }

    @Test func shadowsObeyAndDoNotAnswer() {
        var servos = ArmServos.row(2, DynamixelX.models[4])
        servos.joints[1].shadows = [(id: 9, direction: -1)]
        let arm = arm(.dynamixel, servos)
        let answer = ask(arm, instruction(.dynamixel, 3, to: 2, [116, 0, 0, 8, 0, 0])).bytes
        #expect(parse(answer, .dynamixel, .toHost).map(\.frame.id) == [2])
        #expect(arm.bus.servos[2][.goalPosition] == 2048)
        #expect(
            parse(ask(arm, instruction(.dynamixel, 1, to: 9)).bytes, .dynamixel, .toHost)
                .map(\.frame.id) == [9]
        )
    }

    @Test func homingOffsetsCountAsDocumented() {
        let feetech = arm(.feetech)
        _ = ask(feetech, instruction(.feetech, 3, to: 1, [55, 0]))
        _ = ask(feetech, bytes("FF FF 01 05 03 1F 55 08 7A"))
        #expect(feetech.bus.servos[0][.presentPosition] == 2048 + 85)
        let dynamixel = arm(.dynamixel)
        _ = ask(dynamixel, instruction(.dynamixel, 3, to: 1, [20, 0, 85, 0, 0, 0]))
        #expect(dynamixel.bus.servos[0][.presentPosition] == 2048 + 85)
    }
}
