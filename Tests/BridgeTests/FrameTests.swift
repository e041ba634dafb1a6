import Robots
import Spatial
import Testing

@testable import Bridge

@Suite struct GoldenFrameTests {
    @Test(arguments: GoldenFrame.all)
    func isRead(_ golden: GoldenFrame) {
        #expect(parse(golden.bytes, golden.wire, golden.direction) == [golden.found])
    }

    @Test(arguments: GoldenFrame.all)
    func isWritten(_ golden: GoldenFrame) {
        let frame = golden.found.frame
        // A fast answer is several servos' work; the host never writes one.
        guard golden.direction == .toServo || frame.id != Instruction.broadcast else { return }
        let written =
            golden.direction == .toServo
            ? instruction(golden.wire, frame.instruction, to: frame.id, golden.found.parameters)
            : status(golden.wire, from: frame.id, error: frame.error, golden.found.parameters)
        #expect(written == golden.bytes)
    }

    @Test(arguments: GoldenFrame.all)
    func isReadWhereverItIsCut(_ golden: GoldenFrame) {
        for cut in 1..<golden.bytes.count {
            let parser = FrameParser(wire: golden.wire, direction: golden.direction)
            parser.append(Array(golden.bytes[..<cut]))
            #expect(parser.next() == nil)
            parser.append(Array(golden.bytes[cut...]))
            #expect(parser.all() == [golden.found])
        }
    }

    @Test(arguments: GoldenFrame.all)
    func isFoundBehindGarbage(_ golden: GoldenFrame) {
        let garbage: [[UInt8]] = [
            [0], [0xFF], [0xFF, 0xFF], [0xFF, 0xFF, 0xFF], [0xFF, 0xFF, 0xFD],
            [0x12, 0xFF, 0x34], [0xFF, 0xFF, 0x01, 0x03, 0x00], Array(golden.bytes.dropLast()),
        ]
        for front in garbage {
            let parser = FrameParser(wire: golden.wire, direction: golden.direction)
            parser.append(front + golden.bytes)
            var found = parser.all()
            // A false header waits for bytes that never come; the deadline ends that.
            while found.isEmpty, parser.pending > 0 {
                parser.giveUp()
                found = parser.all()
            }
            #expect(found == [golden.found], "behind \(front)")
            #expect(parser.garbageBytes == front.count)
        }
    }

    @Test(arguments: GoldenFrame.all)
    func isRefusedWithAnyBitTurned(_ golden: GoldenFrame) {
        for place in golden.bytes.indices {
            for bit in 0..<8 {
                var broken = golden.bytes
                broken[place] ^= 1 << UInt8(bit)
                // One byte of sum lets this through: a length that takes the sum, and the next
                // header's FF, for parameters; the bus refuses a count it did not ask for.
                if golden.wire == .feetech, place == 3 || broken[place] == 0xFF { continue }
                let parser = FrameParser(wire: golden.wire, direction: golden.direction)
                // The next packet is found whatever became of this one.
                parser.append(broken + golden.bytes)
                var found = parser.all()
                while parser.pending > 0 {
                    parser.giveUp()
                    found += parser.all()
                }
                if found != [golden.found] {
                    Issue.record("byte \(place), bit \(bit): \(found)")
                }
            }
        }
    }

    @Test func checksumOfTheStandardText() {
        let sum = Array("123456789".utf8).withUnsafeBufferPointer { DynamixelChecksum.of($0) }
        #expect(sum == 0xFEE8)
    }

    @Test func overheatIsNoHeader() {
        // An error byte over 0x7F cannot be: such a packet is garbage, whatever its sum.
        let packet = status(.feetech, from: 1, error: 0x80, [1, 2])
        #expect(parse(packet, .feetech, .toHost).isEmpty)
    }

    @Test func aTooLongPacketIsNotWritten() {
        let long = [UInt8](repeating: 0, count: 260)
        #expect(instruction(.feetech, Instruction.write, to: 1, long).isEmpty)
        let longer = [UInt8](repeating: 0, count: 1100)
        #expect(instruction(.dynamixel, Instruction.write, to: 1, longer).isEmpty)
    }

    /// PyPI's dynamixel-sdk 4.1.0 throws the result of its own stuffing away and sends this packet
    /// with a header within: the specification forbids it, and so do we.
    @Test func unstuffedPacketsOfThePythonSDKAreRefused() {
        let unstuffed = bytes("FF FF FD 00 01 09 00 03 74 00 FF FF FD 00 C9 07")
        let parser = FrameParser(wire: .dynamixel, direction: .toServo)
        parser.append(unstuffed)
        var found = parser.all()
        while parser.pending > 0 {
            parser.giveUp()
            found += parser.all()
        }
        #expect(found.isEmpty)
    }
}

@Suite struct FrameRoundTripTests {
    /// Parameters full of headers, so that stuffing has work to do.
    private static func parameters(_ random: inout RandomStream) -> [UInt8] {
        let pieces: [[UInt8]] = [
            [0xFF], [0xFF, 0xFF], [0xFF, 0xFF, 0xFD], [0xFF, 0xFF, 0xFD, 0xFD],
            [0xFF, 0xFF, 0xFD, 0x00], [0xFD], [0x00], [UInt8(truncatingIfNeeded: random.next())],
        ]
        var out: [UInt8] = []
        for _ in 0..<Int(random.next() % 12) { out += pieces[Int(random.next() % 8)] }
        return out
    }

    @Test(arguments: ServoProtocol.allCases)
    func whatIsWrittenIsRead(_ wire: ServoProtocol) {
        var random = RandomStream(seed: 1, stream: 7)
        for _ in 0..<1000 {
            let parameters = Self.parameters(&random)
            let id = UInt8(random.next() % 0xFD)
            let code = UInt8(1 + random.next() % 0x8A)
            #expect(
                parse(instruction(wire, code, to: id, parameters), wire, .toServo)
                    == [Found(id, code, parameters)]
            )
            let error = UInt8(random.next() % 0x80)
            #expect(
                parse(status(wire, from: id, error: error, parameters), wire, .toHost)
                    == [Found(id, Instruction.status, error: error, parameters)]
            )
        }
    }

    @Test func aStuffedPacketHoldsNoHeader() {
        var random = RandomStream(seed: 2, stream: 7)
        for _ in 0..<1000 {
            let packet = instruction(.dynamixel, 3, to: 1, Self.parameters(&random))
            for index in 1..<(packet.count - 4) {
                #expect(Array(packet[index..<index + 4]) != [0xFF, 0xFF, 0xFD, 0x00])
            }
        }
    }
}
