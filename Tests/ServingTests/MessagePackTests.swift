import Diagnostics
import Foundation
import Spatial
import Testing

@testable import Serving

/// More rounds for the long tests: `SIMRUN_FUZZ_SCALE` times as many.
private let fuzzScale =
    ProcessInfo.processInfo.environment["SIMRUN_FUZZ_SCALE"].flatMap { Int($0) } ?? 1

/// The bytes of hexadecimal digits; spaces are for people.
func bytes(_ hex: String) -> [UInt8] {
    let digits = hex.filter { !$0.isWhitespace }.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count - 1, by: 2).map {
        UInt8(digits[$0] << 4 | digits[$0 + 1])
    }
}

@Suite struct MessagePackTests {
    /// As openpi's Python client packs it: 91 bytes.
    static let observation = bytes(
        """
        82 A6 70726F6D7074 A4 7069636B BA 6F62736572766174696F6E2F6A6F696E745F706F736974696F6E
        84 C4 0B 5F5F6E6461727261795F5F C3 C4 04 64617461 C4 08 0000803F 00000040
        C4 05 6474797065 A3 3C6634 C4 05 7368617065 91 02
        """
    )

    static let value = MessagePackValue.map([
        .init("prompt", .string("pick")),
        .init("observation/joint_position", .ndarray(NumpyArray([1, 2]))),
    ])

    @Test func `the golden observation goes both ways`() throws {
        #expect(Self.observation.count == 91)
        #expect(Self.value.encoded() == Self.observation)
        #expect(try MessagePackValue(decoding: Self.observation) == Self.value)
    }

    @Test func `keys of text are numpy's too`() throws {
        let text = bytes(
            """
            84 AB 5F5F6E6461727261795F5F C3 A4 64617461 C4 04 01020304
            A5 6474797065 A3 7C7531 A5 7368617065 92 02 02
            """
        )
        let array = NumpyArray(type: .uint8, shape: [2, 2], bytes: [1, 2, 3, 4])
        #expect(try MessagePackValue(decoding: text) == .ndarray(array))
    }

    @Test(arguments: [
        ("80", MessagePackValue.map([])), ("C0", .null), ("C2", .bool(false)), ("C3", .bool(true)),
        ("00", .integer(0)), ("7F", .integer(127)), ("CC80", .integer(128)),
        ("CDFFFF", .integer(65_535)), ("CE00010000", .integer(65_536)),
        ("CF0000000100000000", .integer(1 << 32)), ("CFFFFFFFFFFFFFFFFF", .unsigned(.max)),
        ("FF", .integer(-1)), ("E0", .integer(-32)), ("D0DF", .integer(-33)),
        ("D1FF7F", .integer(-129)), ("D2FFFF7FFF", .integer(-32_769)),
        ("D3FFFFFFFF7FFFFFFF", .integer(-2_147_483_649)),
        ("CB3FF8000000000000", .real(1.5)), ("A161", .string("a")), ("C40100", .binary([0])),
        ("920102", .array([.integer(1), .integer(2)])), ("81A161C0", .map([.init("a", .null)])),
    ])
    func `the shortest forms are written and read`(hex: String, value: MessagePackValue) throws {
        #expect(value.encoded() == bytes(hex))
        #expect(try MessagePackValue(decoding: bytes(hex)) == value)
    }

    @Test(arguments: [
        ("CA3FC00000", MessagePackValue.real(1.5)), ("CD0001", .integer(1)),
        ("D300000000000000FF", .integer(255)), ("D90161", .string("a")),
        ("DB0000000161", .string("a")), ("C5000100", .binary([0])),
        ("DD0000000101", .array([.integer(1)])), ("DF00000001C40161C0", .map([.init("a", .null)])),
        // numpy's float32(1.5)
        (
            "83C40D5F5F6E7067656E657269635F5FC3C40464617461CB3FF8000000000000C4056474797065A33C6634",
            .real(1.5)
        ),
        // big-endian int16 [258]
        (
            "84C40B5F5F6E6461727261795F5FC3C40464617461C4020102C4056474797065A33E6932C405736861706591"
                + "01", .ndarray(NumpyArray(type: .int16, shape: [1], bytes: [2, 1]))
        ),
    ])
    func `longer forms are read`(hex: String, value: MessagePackValue) throws {
        #expect(try MessagePackValue(decoding: bytes(hex)) == value)
    }

    /// A message that must be refused, the offset named, and a word of the sentence.
    @Test(arguments: [
        ("", "byte 0", "1 more"), ("C1", "byte 0", "0xc1"), ("D4", "byte 0", "0xd4"),
        ("C7010101", "byte 0", "0xc7"), ("0000", "byte 1", "1 more bytes"),
        ("A2FF", "byte 1", "2 more"), ("A1FF", "byte 1", "UTF-8"),
        ("DBFFFFFFFF61", "byte 5", "4294967295"), ("C6FFFFFFFF", "byte 5", "4294967295"),
        ("DDFFFFFFFF", "byte 5", "4294967295"), ("DFFFFFFFFF", "byte 5", "8589934590"),
        ("8101C0", "byte 1", "0x1"), ("82A161C0A161C0", "byte 6", "twice"), ("92C0", "byte 1", "2"),
    ])
    func `broken messages are refused with their place`(
        hex: String,
        place: String,
        word: String
    ) throws {
        let error = try #require(throws: InputError.self) {
            try MessagePackValue(decoding: bytes(hex))
        }
        #expect(error.key == place)
        #expect(error.description.contains(word), "\(error)")
    }

    /// An array whose parts do not fit each other.
    @Test(arguments: [
        ("<f4", [MessagePackValue.integer(3)], "fill"), ("<f4", [.integer(-2)], "at least 0"),
        ("<f4", [.real(2)], "at least 0"), ("|O", [.integer(2)], "|O"),
        ("<c8", [.integer(1)], "<c8"), ("|V8", [.integer(1)], "|V8"), ("|f4", [.integer(2)], "|f4"),
        ("f4", [.integer(2)], "f4"), ("", [.integer(2)], "dtype"),
        ("<f8", [.integer(1 << 62), .integer(1 << 62)], "fill"),
        ("<f8", Array(repeating: .integer(1), count: 9), "8 dimensions"),
    ])
    func `arrays that lie are refused`(
        type: String,
        shape: [MessagePackValue],
        word: String
    ) throws {
        let message = MessagePackValue.map([
            .init("__ndarray__", .bool(true)),
            .init("data", .binary(Array(repeating: 0, count: 8))),
            .init("dtype", .string(type)), .init("shape", .array(shape)),
        ])
        let error = try #require(throws: InputError.self) {
            try MessagePackValue(decoding: message.encoded())
        }
        #expect(error.description.contains(word), "\(error)")
    }

    @Test func `nesting and counts are bounded`() throws {
        let deep = Array(repeating: UInt8(0x91), count: 1_000_000) + [0xC0]
        let wide = bytes("DD00100000") + Array(repeating: 0xC0, count: 1 << 20)
        for message in [deep, wide] {
            let error = try #require(throws: InputError.self) {
                try MessagePackValue(decoding: message)
            }
            #expect(error.expected.contains("at most"))
        }
        let tight = MessagePackLimits(depth: 1, values: 3, rank: 1)
        #expect(throws: Never.self) {
            try MessagePackValue(decoding: bytes("920101"), limits: tight)
        }
        for hex in ["93010101", "9190", "9191C0"] where hex != "9190" {
            #expect(throws: InputError.self) {
                try MessagePackValue(decoding: bytes(hex), limits: tight)
            }
        }
    }

    @Test func `what is written is read again`() throws {
        var random = RandomStream(seed: 5)
        for _ in 0..<300 * fuzzScale {
            let value = Self.draw(&random, depth: 0)
            let read = try MessagePackValue(decoding: value.encoded())
            #expect(read == value)
            #expect(read.encoded() == value.encoded())
        }
    }

    @Test func `mutated messages are read or refused`() throws {
        var random = RandomStream(seed: 6)
        var refused = 0
        for _ in 0..<3000 * fuzzScale {
            var message =
                random.next() % 2 == 0 ? Self.observation : Self.draw(&random, depth: 0).encoded()
            for _ in 0..<Int.random(in: 1...6, using: &random) where !message.isEmpty {
                let at = Int.random(in: 0..<message.count, using: &random)
                switch Int.random(in: 0..<5, using: &random) {
                case 0: message[at] = UInt8(truncatingIfNeeded: random.next())
                case 1: message.removeSubrange(at...)
                case 2:
                    message.insert(
                        [0xC6, 0xDD, 0xDF, 0x91, 0xFF].randomElement(using: &random) ?? 0,
                        at: at
                    )
                case 3: message.remove(at: at)
                default: message.append(contentsOf: message[at...].prefix(40))
                }
            }
            do throws(InputError) {
                let value = try MessagePackValue(decoding: message)
                #expect(try MessagePackValue(decoding: value.encoded()).kind == value.kind)
            } catch {
                refused += 1
                #expect(error.key?.hasPrefix("byte ") == true, "\(error)")
            }
        }
        #expect(refused > 1000)
    }

    /// A value of any kind, nested at most three deep.
    static func draw(_ random: inout RandomStream, depth: Int) -> MessagePackValue {
        let count = Int(random.next() % (random.next() % 8 == 0 ? 300 : 4))
        switch random.next() % (depth < 3 ? 9 : 7) {
        case 0: return .null
        case 1: return .bool(random.next() % 2 == 0)
        case 2: return .integer(Int64(bitPattern: random.next() >> (random.next() % 64)))
        case 3: return .integer(-Int64(random.next() >> (1 + random.next() % 63)))
        case 4: return .real(random.uniform(in: -1e9...1e9))
        case 5: return .string(String(repeating: "ü", count: count))
        case 6:
            let type = NumpyType.allCases[Int(random.next() % UInt64(NumpyType.allCases.count))]
            return .ndarray(
                NumpyArray(
                    type: type,
                    shape: [count, 2],
                    bytes: (0..<count * 2 * type.width).map { UInt8(truncatingIfNeeded: $0) }
                )
            )
        case 7: return .array((0..<count % 20).map { _ in draw(&random, depth: depth + 1) })
        default:
            return .map((0..<count % 20).map { .init("k\($0)", draw(&random, depth: depth + 1)) })
        }
    }
}
