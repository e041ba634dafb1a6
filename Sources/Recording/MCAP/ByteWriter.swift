/// Little-endian numbers and length-prefixed strings, appended to bytes.
struct ByteWriter {
    private(set) var bytes: [UInt8] = []

    var count: Int { bytes.count }

    mutating func reserve(_ count: Int) { bytes.reserveCapacity(count) }

    /// Forgets the bytes and keeps the memory.
    mutating func clear() { bytes.removeAll(keepingCapacity: true) }

    mutating func put(_ value: UInt8) { bytes.append(value) }
    mutating func put(_ value: UInt16) { putInteger(value) }
    mutating func put(_ value: UInt32) { putInteger(value) }
    mutating func put(_ value: UInt64) { putInteger(value) }

    /// Bytes as they are.
    mutating func put(raw: some Collection<UInt8>) { bytes.append(contentsOf: raw) }

    /// A string with its length in bytes before it.
    mutating func put(_ text: String) {
        put(UInt32(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }

    /// A map of strings, its length in bytes before it; keys in order, so that files compare.
    mutating func put(_ map: [String: String]) {
        var body = ByteWriter()
        for (key, value) in map.sorted(by: { $0.key < $1.key }) {
            body.put(key)
            body.put(value)
        }
        put(UInt32(body.count))
        put(raw: body.bytes)
    }

    /// One record: its opcode, its length, its body.
    mutating func putRecord(_ opcode: MCAP.Opcode, _ body: (inout ByteWriter) -> Void) {
        put(opcode.rawValue)
        let at = count
        put(UInt64(0))
        body(&self)
        let length = UInt64(count - at - 8)
        withUnsafeBytes(of: length.littleEndian) { source in
            for (offset, byte) in source.enumerated() { bytes[at + offset] = byte }
        }
    }

    private mutating func putInteger(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }
}
