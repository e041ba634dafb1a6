@testable import Robots
import Testing

@testable import Bridge

@Suite struct RegisterTests {
    private let sts = STS3215.table

    @Test func signsStandWhereTheTableSays() {
        // Examples of Feetech's own documents.
        #expect(sts[.presentSpeed].encode(-200) == 0x80C8)
        #expect(sts[.presentLoad].encode(-123) == 0x047B)
        #expect(sts[.homingOffset].encode(-85) == 0x0855)
        #expect(sts[.presentSpeed].decode(0x80C8) == -200)
        #expect(sts[.presentLoad].decode(0x047B) == -123)
        #expect(sts[.homingOffset].decode(0x0855) == -85)
    }

    @Test func numbersSurviveTheWire() {
        for table in ControlTable.all {
            for register in table.registers {
                for value in [0, 1, -1, 77, -77, register.largest, -register.largest] {
                    let isHeld = register.coding != .unsigned || value >= 0
                    let held = min(max(value, isHeld ? -register.largest : 0), register.largest)
                    #expect(register.decode(register.encode(value)) == held, "\(register)")
                }
            }
        }
    }

    @Test func numbersOutOfRangeAreBroughtIntoIt() {
        let speed = sts[.goalSpeed]
        #expect(speed.decode(speed.encode(1_000_000)) == 32767)
        #expect(speed.decode(speed.encode(-1_000_000)) == -32767)
        #expect(speed.decode(speed.encode(.min)) == -32767)
        let torque = sts[.torqueEnable]
        #expect(torque.encode(-5) == 0)
        #expect(torque.encode(900) == 255)
    }

    @Test func registersDoNotOverlap() {
        for table in ControlTable.all {
            for (before, after) in zip(table.registers, table.registers.dropFirst()) {
                #expect(
                    before.range.upperBound <= after.address,
                    "\(table.model): \(before.name) and \(after.name)"
                )
            }
            #expect(Set(table.registers.map(\.name)).count == table.registers.count)
        }
    }

    @Test func everyTableHasWhatTheLoopNeeds() {
        for table in ControlTable.all {
            for name in [
                RegisterName.model, .id, .baud, .returnDelay, .responseLevel, .homingOffset, .mode,
                .torqueEnable, .goalPosition, .presentPosition, .presentSpeed, .presentVoltage,
                .presentTemperature, .hardwareStatus,
            ] {
                #expect(table.register(name) != nil, "\(table.model) has no \(name)")
            }
            #expect(
                ControlTable.numbered(table.modelNumber, wire: table.wire)?.model == table.model
            )
        }
    }

    @Test func aStepIsWhereItsAngleIs() {
        var servo = JointServo(joint: "j", id: 1, table: sts, zero: 2000, direction: -1)
        #expect(servo.position(atStep: 2000) == 0)
        #expect(abs(servo.position(atStep: 2000 - 1024) - .pi / 2) < 1e-12)
        servo.crank = ServoCrank(horn: 0.014, rod: 0.024)
        // Across the slide, the rod alone reaches out.
        let across = (0.024 * 0.024 - 0.014 * 0.014).squareRoot()
        #expect(abs(servo.position(atStep: 2000) - across) < 1e-12)
        for position in stride(from: 0.015, through: 0.036, by: 0.001) {
            #expect(abs(servo.position(atStep: servo.step(at: position)) - position) < 1e-9)
        }
    }
}
