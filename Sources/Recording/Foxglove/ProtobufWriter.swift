/// Fields of a protobuf message, appended to bytes.
///
/// Source: https://protobuf.dev/programming-guides/encoding
struct ProtobufWriter {
    private(set) var bytes: [UInt8] = []

    private enum WireType: UInt64 {
        case varint = 0
        case fixed64 = 1
        case bytes = 2
        case fixed32 = 5
    }

    mutating func put(_ field: Int, _ value: Double) {
        // Zero is the default, which proto3 leaves out; -0 is another number.
        guard value.bitPattern != 0 else { return }
        tag(field, .fixed64)
        withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func put(_ field: Int, _ text: String) {
        guard !text.isEmpty else { return }
        tag(field, .bytes)
        varint(UInt64(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }

    mutating func put(_ field: Int, raw: some Collection<UInt8>) {
        guard !raw.isEmpty else { return }
        tag(field, .bytes)
        varint(UInt64(raw.count))
        bytes.append(contentsOf: raw)
    }

    /// A whole number, an enumeration or a truth value.
    mutating func put(_ field: Int, varint value: UInt64) {
        guard value != 0 else { return }
        tag(field, .varint)
        varint(value)
    }

    mutating func put(_ field: Int, fixed32 value: UInt32) {
        guard value != 0 else { return }
        tag(field, .fixed32)
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// A message within this one; written even if it is empty, so that lists keep their length.
    mutating func put(_ field: Int, message body: (inout ProtobufWriter) -> Void) {
        var inner = ProtobufWriter()
        body(&inner)
        tag(field, .bytes)
        varint(UInt64(inner.bytes.count))
        bytes.append(contentsOf: inner.bytes)
    }

    private mutating func tag(_ field: Int, _ type: WireType) {
        varint(UInt64(field) << 3 | type.rawValue)
    }

    private mutating func varint(_ value: UInt64) {
        var value = value
        while value >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: value) | 0x80)
            value >>= 7
        }
        bytes.append(UInt8(value))
    }
}
