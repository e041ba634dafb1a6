import Diagnostics
import Foundation
import Testing

@testable import Inference

/// More rounds for the long tests: `SIMRUN_FUZZ_SCALE` times as many.
private let fuzzScale =
    ProcessInfo.processInfo.environment["SIMRUN_FUZZ_SCALE"].flatMap { Int($0) } ?? 1

@Suite struct SafetensorsFileTests {
    /// A file with this header over so many zero bytes of data.
    static func bytes(_ header: String, data: Int, length: UInt64? = nil) -> [UInt8] {
        let length = length ?? UInt64(header.utf8.count)
        let prefix = (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * UInt64($0))) }
        return prefix + Array(header.utf8) + [UInt8](repeating: 0, count: data)
    }

    static func entry(
        _ name: String,
        _ dtype: String = "F32",
        _ shape: String = "[2]",
        _ offsets: String = "[0,8]"
    ) -> String {
        "\"\(name)\":{\"dtype\":\"\(dtype)\",\"shape\":\(shape),\"data_offsets\":\(offsets)}"
    }

    /// A broken file, and a part of the sentence that must name its fault.
    struct Lie: CustomTestStringConvertible, Sendable {
        let name: String
        let bytes: [UInt8]
        let names: String
        var testDescription: String { name }
    }

    static let lies: [Lie] = {
        func lie(_ name: String, _ header: String, data: Int = 8, _ names: String) -> Lie {
            Lie(name: name, bytes: bytes(header, data: data), names: names)
        }
        let a = entry("a")
        return [
            Lie(name: "empty", bytes: [], names: "at least 8 bytes"),
            Lie(name: "seven bytes", bytes: [1, 0, 0, 0, 0, 0, 0], names: "at least 8 bytes"),
            Lie(
                name: "header longer than the file",
                bytes: bytes("{}", data: 0, length: 3),
                names: "header of at most 2 bytes"
            ),
            Lie(
                name: "header length near 2^64",
                bytes: bytes("{}", data: 0, length: .max),
                names: "header of at most"
            ),
            lie("not an object", "[]", data: 0, "JSON header"),
            lie("broken JSON", "{\"a\":", data: 0, "expected a JSON value"),
            lie("text behind the object", "{}x", data: 0, "the end of the document"),
            lie("the same name twice", "{\(a),\(a)}", "a: expected the key once"),
            lie("unknown dtype", "{\(entry("a", "F64", "[1]"))}", "nearest known names: F16"),
            lie("negative size", "{\(entry("a", "F32", "[-2]"))}", "a.shape: expected whole"),
            lie("fractional size", "{\(entry("a", "F32", "[2.0]"))}", "a.shape: expected whole"),
            lie(
                "a product that overflows",
                "{\(entry("a", "F32", "[4294967296,4294967296,4294967296]"))}",
                "a: expected as many bytes"
            ),
            lie(
                "a size beyond an integer",
                "{\(entry("a", "F32", "[99999999999999999999]"))}",
                "a.shape"
            ),
            lie("shape and bytes disagree", "{\(entry("a", "F32", "[3]"))}", "a: expected as many"),
            lie("offsets reversed", "{\(entry("a", "F32", "[2]", "[8,0]"))}", "a.data_offsets"),
            lie("offsets beyond the data", "{\(a)}", data: 7, "within 7 bytes"),
            lie("three offsets", "{\(entry("a", "F32", "[2]", "[0,8,8]"))}", "a.data_offsets"),
            lie(
                "an overlap",
                "{\(a),\(entry("b", "F32", "[2]", "[4,12]"))}",
                data: 12,
                "b: expected its data to begin at byte 8, found byte 4, an overlap"
            ),
            lie(
                "a hole",
                "{\(a),\(entry("b", "F32", "[1]", "[12,16]"))}",
                data: 16,
                "found byte 12, a hole"
            ),
            lie("bytes behind the last tensor", "{\(a)}", data: 12, "8 bytes of data"),
            lie("a missing field", "{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}", "data_offsets"),
            lie(
                "an unknown field",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offset\":[0,8]}}",
                "nearest known names: data_offsets"
            ),
            lie(
                "metadata that is no string",
                "{\"__metadata__\":{\"n\":1},\(a)}",
                "__metadata__.n"
            ),
            lie(
                "deep nesting",
                String(repeating: "{\"a\":", count: 5000),
                data: 0,
                "levels of nesting"
            ),
            lie("many dimensions", "{\(entry("a", "F32", "[1,1,1,1,1,1,1,1,2]"))}", "dimensions"),
        ]
    }()

    @Test(arguments: lies)
    func `a lying file is refused by name`(lie: Lie) throws {
        let error = #expect(throws: InputError.self) {
            try SafetensorsFile(bytes: lie.bytes, path: "x.safetensors")
        }
        let text = error?.description ?? ""
        #expect(text.hasPrefix("x.safetensors") && text.contains(lie.names), "\(text)")
    }

    @Test func `all three dtypes are read`() throws {
        let header =
            "{\(Self.entry("a", "F32", "[1]", "[0,4]")),"
            + "\(Self.entry("b", "BF16", "[1,1]", "[4,6]")),\(Self.entry("c", "F16", "[1]", "[6,8]"))}  "
        var bytes = Self.bytes(header, data: 8)
        bytes.replaceSubrange(
            (bytes.count - 8)...,
            with: [0, 0, 0x20, 0xC1, 0x80, 0x3F, 0x00, 0x38]
        )
        let file = try SafetensorsFile(bytes: bytes, path: "x")
        #expect(try file.tensor("a") == Tensor(shape: [1], values: [-10]))
        #expect(try file.tensor("b") == Tensor(shape: [1, 1], values: [1]))
        #expect(try file.tensor("c") == Tensor(shape: [1], values: [0.5]))
    }

    @Test(arguments: [[0, 0, 0xC0, 0x7F], [0, 0, 0x80, 0xFF]] as [[UInt8]])
    func `a number that is not finite is refused by tensor and index`(pattern: [UInt8]) throws {
        var bytes = Self.bytes("{\(Self.entry("layer.weight"))}", data: 8)
        bytes.replaceSubrange((bytes.count - 4)..., with: pattern)
        let file = try SafetensorsFile(bytes: bytes, path: "x")
        let error = #expect(throws: InputError.self) { try file.tensor("layer.weight") }
        #expect(error?.key == "layer.weight")
        #expect(error?.found.hasSuffix("index 1") == true)
    }

    @Test func `a store names missing, mis-shaped and unexpected tensors`() throws {
        let bytes = Self.bytes("{\(Self.entry("encoder.weight"))}", data: 8)
        var store = WeightStore(try SafetensorsFile(bytes: bytes, path: "x"))
        let missing = #expect(throws: InputError.self) {
            try store.take("encoder.weigth", shape: [2])
        }
        #expect(missing?.nearest == ["encoder.weight"])
        let shape = #expect(throws: InputError.self) {
            try store.take("encoder.weight", shape: [1, 2])
        }
        #expect(shape?.description == "x: encoder.weight: expected shape [1, 2], found [2]")
        #expect(throws: InputError.self) { try store.requireAllTaken() }
        _ = try store.take("encoder.weight", shape: [2])
        try store.requireAllTaken()
    }

    @Test func `every truncation of a file is refused`() throws {
        let whole = Self.bytes("{\(Self.entry("a"))}", data: 8)
        for count in 0..<whole.count {
            #expect(throws: InputError.self) {
                try SafetensorsFile(bytes: Array(whole.prefix(count)), path: "x")
            }
        }
    }

    @Test func `random changes of bytes are read or refused, never a trap`() throws {
        let header =
            "{\"__metadata__\":{\"k\":\"v\\u00e9\"},\(Self.entry("a")),"
            + "\(Self.entry("b", "BF16", "[2,1]", "[8,12]"))}"
        let whole = Self.bytes(header, data: 12)
        var generator = SplitMix(state: 7)
        var refused = 0
        for _ in 0..<1500 * fuzzScale {
            var bytes = whole
            for _ in 0...Int(generator.next() % 3) {
                let at = Int(generator.next() % UInt64(bytes.count))
                switch generator.next() % 4 {
                case 0: bytes[at] = UInt8(truncatingIfNeeded: generator.next())
                case 1: bytes[at] ^= 1 << UInt8(generator.next() % 8)
                case 2: bytes.remove(at: at)
                default: bytes.insert(bytes[Int(generator.next() % UInt64(bytes.count))], at: at)
                }
            }
            do throws(InputError) {
                let file = try SafetensorsFile(bytes: bytes, path: "x")
                for name in file.names { _ = try file.tensor(name) }
            } catch { refused += 1 }
        }
        #expect(refused > 500)
    }
}

/// SplitMix64 (Steele et al., 2014), enough to vary bytes.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
