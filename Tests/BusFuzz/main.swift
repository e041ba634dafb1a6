// Torments the parsers of both servo protocols with packets, broken packets and noise for so many
// seconds. `tools/fuzz-bus.sh` compiles it with Sources/Bridge/Protocol, under the address sanitizer.

import Glibc
import Robots

/// A small generator of its own: the fuzzer links nothing else.
struct Chance {
    var state: UInt64
    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}

func packet(_ wire: ServoProtocol, _ direction: FrameDirection, _ chance: inout Chance) -> [UInt8] {
    let writer = FrameWriter(wire: wire)
    let id = UInt8(chance.below(0xFD))
    switch direction {
    case .toServo: writer.begin(UInt8(1 + chance.below(0x8A)), to: id)
    case .toHost: writer.beginStatus(from: id, error: UInt8(chance.below(0x80)))
    }
    for _ in 0..<chance.below(chance.below(8) == 0 ? 1200 : 40) {
        let isHeader = chance.below(3) == 0
        writer.put(isHeader ? [0xFF, 0xFF, 0xFD, 0][chance.below(4)] : UInt8(chance.below(256)))
    }
    return Array(writer.finish())
}

func damage(_ bytes: inout [UInt8], _ chance: inout Chance) {
    for _ in 0...chance.below(5) where !bytes.isEmpty {
        let place = chance.below(bytes.count)
        switch chance.below(5) {
        case 0: bytes[place] = UInt8(chance.below(256))
        case 1: bytes.remove(at: place)
        case 2: bytes.insert(0xFF, at: place)
        case 3: bytes[place] ^= 1 << UInt8(chance.below(8))
        default: bytes.removeLast(bytes.count - place)
        }
    }
}

let seconds = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 30
let seed = CommandLine.arguments.dropFirst(2).first.flatMap { UInt64($0) } ?? 88_172_645_463_325_252
var chance = Chance(state: max(1, seed))
let end = time(nil) + seconds
var fed = 0
var found = 0
while time(nil) < end {
    for wire in ServoProtocol.allCases {
        for direction in [FrameDirection.toServo, .toHost] {
            let parser = FrameParser(wire: wire, direction: direction)
            for _ in 0..<200 {
                var bytes = packet(wire, direction, &chance)
                if chance.below(3) == 0 { damage(&bytes, &chance) }
                if chance.below(20) == 0 {
                    bytes = (0..<chance.below(5000)).map { _ in UInt8(chance.below(256)) }
                }
                fed += bytes.count
                var rest = bytes[...]
                while !rest.isEmpty {
                    let piece = Array(rest.prefix(1 + chance.below(rest.count)))
                    piece.withUnsafeBufferPointer { parser.append($0) }
                    rest = rest.dropFirst(piece.count)
                    while let frame = parser.next() {
                        precondition(parser.parameters.count == frame.count, "seed \(seed)")
                        found += 1
                    }
                    if chance.below(10) == 0 { parser.giveUp() }
                }
            }
            precondition(parser.garbageBytes <= fed, "seed \(seed)")
        }
    }
}
print("\(fed) bytes, \(found) packets, \(seconds) s, seed \(seed): no trap")
