import Foundation
import Robots
import Spatial
import Testing

@testable import Bridge

/// Random bytes, broken packets and cuts into both parsers, both ways.
///
/// `SIMRUN_FUZZ_SECONDS` makes it last.
@Suite struct FrameFuzzTests {
    private static var seconds: Double {
        ProcessInfo.processInfo.environment["SIMRUN_FUZZ_SECONDS"].flatMap(Double.init) ?? 0
    }

    @Test(arguments: ServoProtocol.allCases)
    func noBytesTrapAParser(_ wire: ServoProtocol) {
        let clock = ContinuousClock()
        let end = clock.now + .seconds(Self.seconds)
        var seed: UInt64 = 0
        repeat {
            for direction in [FrameDirection.toServo, .toHost] {
                torment(wire, direction, seed: seed)
                seed += 1
            }
        } while seed < 60 || clock.now < end
    }

    /// A stream of packets, whole and broken, in pieces of any size, through one parser.
    private func torment(_ wire: ServoProtocol, _ direction: FrameDirection, seed: UInt64) {
        var random = RandomStream(seed: seed, stream: 11)
        let parser = FrameParser(wire: wire, direction: direction)
        var whole = 0
        var found = 0
        var fed = 0
        for _ in 0..<50 {
            var packet = Self.packet(wire, direction, &random)
            let isBroken = random.uniform() < 0.4
            if isBroken { Self.damage(&packet, &random) } else { whole += 1 }
            fed += packet.count
            var rest = packet[...]
            while !rest.isEmpty {
                let count = 1 + Int(random.next() % UInt64(rest.count))
                parser.append(Array(rest.prefix(count)))
                rest = rest.dropFirst(count)
                if random.uniform() < 0.5 { found += Self.drain(parser) }
            }
        }
        while parser.pending > 0 {
            found += Self.drain(parser)
            parser.giveUp()
        }
        // None that was whole is lost, but to Feetech's one byte of sum: a broken packet that it lets
        // through may take a part of the next.
        #expect(wire == .dynamixel ? found >= whole : found * 10 >= whole * 7, "seed \(seed)")
        #expect(parser.garbageBytes <= fed)
    }

    private static func drain(_ parser: FrameParser) -> Int {
        var count = 0
        while let frame = parser.next() {
            #expect(parser.parameters.count == frame.count)
            count += 1
        }
        return count
    }

    private static func packet(
        _ wire: ServoProtocol,
        _ direction: FrameDirection,
        _ random: inout RandomStream
    ) -> [UInt8] {
        let count = Int(random.next() % 40)
        let parameters = (0..<count).map { _ in
            // Many bytes of headers.
            random.uniform() < 0.4
                ? [0xFF, 0xFF, 0xFD, 0x00][Int(random.next() % 4)]
                : UInt8(truncatingIfNeeded: random.next())
        }
        let id = UInt8(random.next() % 0xFD)
        return direction == .toServo
            ? instruction(wire, UInt8(1 + random.next() % 0x80), to: id, parameters)
            : status(wire, from: id, error: UInt8(random.next() % 0x80), parameters)
    }

    private static func damage(_ packet: inout [UInt8], _ random: inout RandomStream) {
        for _ in 0...Int(random.next() % 4) where !packet.isEmpty {
            let place = Int(random.next() % UInt64(packet.count))
            switch random.next() % 4 {
            case 0: packet[place] = UInt8(truncatingIfNeeded: random.next())
            case 1: packet.remove(at: place)
            case 2: packet.insert(0xFF, at: place)
            default: packet.removeLast(packet.count - place)
            }
        }
    }
}
