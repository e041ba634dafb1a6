// Torments the reader of policy messages with messages, broken messages and noise for so many
// seconds. `tools/fuzz-wire.sh` compiles it with the reader, under the address sanitizer.

import Diagnostics
import Glibc

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

func value(_ depth: Int, _ chance: inout Chance) -> MessagePackValue {
    switch chance.below(depth > 5 ? 7 : 10) {
    case 0: return .null
    case 1: return .bool(chance.below(2) == 0)
    case 2: return .integer(Int64(bitPattern: chance.next() >> UInt64(chance.below(64))))
    case 3: return .unsigned(chance.next() | 1 << 63)
    case 4: return .real(Double(bitPattern: chance.next()))
    case 5: return .string(String(repeating: "ö", count: chance.below(300)))
    case 6:
        // Seldom one whose length takes 32 bits.
        let count = chance.below(chance.below(100) == 0 ? 70_000 : 300)
        return .binary([UInt8](repeating: 7, count: count))
    case 7: return .array((0..<chance.below(8)).map { _ in value(depth + 1, &chance) })
    case 8:
        return .map(
            (0..<chance.below(8)).map { .init("key \($0)", value(depth + 1, &chance)) }
        )
    default:
        let type = NumpyType.allCases[chance.below(NumpyType.allCases.count)]
        let shape = (0..<chance.below(4)).map { _ in chance.below(6) }
        let count = shape.reduce(type.width, *)
        return .ndarray(
            NumpyArray(
                type: type,
                shape: shape,
                bytes: (0..<count).map { _ in UInt8(chance.below(256)) }
            )
        )
    }
}

func damage(_ bytes: inout [UInt8], _ chance: inout Chance) {
    for _ in 0...chance.below(6) where !bytes.isEmpty {
        let place = chance.below(bytes.count)
        switch chance.below(6) {
        case 0: bytes[place] = UInt8(chance.below(256))
        case 1: bytes.remove(at: place)
        // Tags that promise much.
        case 2: bytes[place] = [0xC6, 0xDB, 0xDD, 0xDF, 0xC9, 0x9F][chance.below(6)]
        case 3: bytes[place] ^= 1 << UInt8(chance.below(8))
        case 4: bytes.insert(contentsOf: [0xDD, 0xFF, 0xFF, 0xFF, 0xFF], at: place)
        default: bytes.removeLast(bytes.count - place)
        }
    }
}

let seconds = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 30
let seed = CommandLine.arguments.dropFirst(2).first.flatMap { UInt64($0) } ?? 88_172_645_463_325_252
var chance = Chance(state: max(1, seed))
let end = time(nil) + seconds
var (read, refused) = (0, 0)
while time(nil) < end {
    for _ in 0..<50 {
        let sent = value(0, &chance)
        var bytes = sent.encoded()
        let isWhole = chance.below(4) == 0
        if !isWhole { damage(&bytes, &chance) }
        if chance.below(50) == 0 {
            bytes = (0..<chance.below(5000)).map { _ in UInt8(chance.below(256)) }
        }
        do {
            let found = try MessagePackValue(decoding: bytes)
            // What was read is written and read again to the same.
            let again = found.encoded()
            guard try MessagePackValue(decoding: again).encoded() == again else {
                print("a message that changes: \(bytes)")
                exit(1)
            }
            read += 1
        } catch {
            refused += 1
        }
    }
}
print("\(read) messages read, \(refused) refused")
guard read > 0, refused > 0 else { exit(1) }
