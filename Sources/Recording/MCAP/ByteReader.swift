/// Reads little-endian numbers and length-prefixed strings from bytes that may be anything.
struct ByteReader {
    /// More was asked for than there is, or text is not UTF-8.
    struct Malformed: Error {}

    private let bytes: ArraySlice<UInt8>
    private(set) var position: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    /// Bytes that are left.
    var left: Int { bytes.endIndex - position }

    mutating func uint8() throws(Malformed) -> UInt8 { try take(1).first ?? 0 }
    mutating func uint16() throws(Malformed) -> UInt16 { UInt16(truncatingIfNeeded: try number(2)) }
    mutating func uint32() throws(Malformed) -> UInt32 { UInt32(truncatingIfNeeded: try number(4)) }
    mutating func uint64() throws(Malformed) -> UInt64 { try number(8) }

    mutating func string() throws(Malformed) -> String {
        let count = Int(try uint32())
        guard let text = String(validating: try take(count), as: UTF8.self) else {
            throw Malformed()
        }
        return text
    }

    /// A map with its length in bytes before it.
    mutating func map() throws(Malformed) -> [String: String] {
        let count = Int(try uint32())
        var inner = ByteReader(try take(count))
        var map: [String: String] = [:]
        while inner.left > 0 {
            let key = try inner.string()
            map[key] = try inner.string()
        }
        return map
    }

    /// The next `count` bytes, not copied.
    mutating func take(_ count: Int) throws(Malformed) -> ArraySlice<UInt8> {
        guard count >= 0, count <= left else { throw Malformed() }
        defer { position += count }
        return bytes[position..<position + count]
    }

    /// The bytes behind a 64-bit length.
    mutating func long() throws(Malformed) -> ArraySlice<UInt8> {
        let length = try uint64()
        guard length <= UInt64(left) else { throw Malformed() }
        return try take(Int(length))
    }

    private mutating func number(_ count: Int) throws(Malformed) -> UInt64 {
        var value: UInt64 = 0
        for (index, byte) in try take(count).enumerated() { value |= UInt64(byte) << (8 * index) }
        return value
    }
}
