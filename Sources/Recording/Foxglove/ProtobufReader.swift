/// Fields of a protobuf message, read from bytes that may be anything.
struct ProtobufReader {
    /// What a field holds.
    enum Value {
        case varint(UInt64)
        case fixed64(UInt64)
        case bytes(ArraySlice<UInt8>)
        case fixed32(UInt32)
    }

    private var reader: ByteReader

    init(_ bytes: ArraySlice<UInt8>) { reader = ByteReader(bytes) }

    /// The next field, or nil at the end.
    mutating func next() throws(ByteReader.Malformed) -> (field: Int, value: Value)? {
        guard reader.left > 0 else { return nil }
        let tag = try varint()
        let field = Int(truncatingIfNeeded: tag >> 3)
        switch tag & 7 {
        case 0: return (field, .varint(try varint()))
        case 1: return (field, .fixed64(try reader.uint64()))
        case 2:
            let count = try varint()
            guard count <= UInt64(reader.left) else { throw ByteReader.Malformed() }
            return (field, .bytes(try reader.take(Int(count))))
        case 5: return (field, .fixed32(try reader.uint32()))
        default: throw ByteReader.Malformed()
        }
    }

    private mutating func varint() throws(ByteReader.Malformed) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            let byte = try reader.uint8()
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        throw ByteReader.Malformed()
    }
}
