/// JSON text, appended to bytes; numbers in the shortest form that reads back the same.
struct JSONWriter {
    private(set) var bytes: [UInt8] = []
    private var needsComma = false

    init() { bytes.reserveCapacity(1 << 10) }

    mutating func object(_ body: (inout JSONWriter) -> Void) { nest("{", "}", body) }
    mutating func array(_ body: (inout JSONWriter) -> Void) { nest("[", "]", body) }

    mutating func key(_ name: StaticString) {
        separate()
        raw("\"")
        name.withUTF8Buffer { bytes.append(contentsOf: $0) }
        raw("\":")
        needsComma = false
    }

    /// A number; one that is not finite, which JSON cannot hold, is null.
    mutating func put(_ value: Double) {
        separate()
        bytes.append(contentsOf: (value.isFinite ? value.description : "null").utf8)
    }

    mutating func put(_ value: Float) {
        separate()
        bytes.append(contentsOf: (value.isFinite ? value.description : "null").utf8)
    }

    mutating func put(_ value: Int) {
        separate()
        bytes.append(contentsOf: value.description.utf8)
    }

    mutating func put(_ value: Bool) {
        separate()
        raw(value ? "true" : "false")
    }

    mutating func put(_ text: String) {
        separate()
        raw("\"")
        for byte in text.utf8 {
            switch byte {
            case 0x22, 0x5C:
                raw("\\")
                bytes.append(byte)
            case ..<0x20:
                let digits = Array("0123456789abcdef".utf8)
                raw("\\u00")
                bytes.append(digits[Int(byte >> 4)])
                bytes.append(digits[Int(byte & 15)])
            default: bytes.append(byte)
            }
        }
        raw("\"")
    }

    mutating func put(_ key: StaticString, _ value: Double) {
        self.key(key)
        put(value)
    }

    mutating func put(_ key: StaticString, _ value: Int) {
        self.key(key)
        put(value)
    }

    mutating func put(_ key: StaticString, _ value: Bool) {
        self.key(key)
        put(value)
    }

    private mutating func nest(
        _ open: StaticString,
        _ close: StaticString,
        _ body: (inout JSONWriter) -> Void
    ) {
        separate()
        raw(open)
        needsComma = false
        body(&self)
        raw(close)
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { raw(",") }
        needsComma = true
    }

    private mutating func raw(_ text: StaticString) {
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }
}
