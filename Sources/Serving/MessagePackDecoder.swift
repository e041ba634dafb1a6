public import Diagnostics

extension MessagePackValue {
    /// Reads one value that fills the message.
    ///
    /// - Parameters:
    ///   - message: msgpack; array keys may be text or bytes.
    ///   - limits: What the message may become.
    /// - Throws: ``Diagnostics/InputError`` whose key is the offset of the first mistake.
    public init(
        decoding message: [UInt8],
        limits: MessagePackLimits = MessagePackLimits()
    ) throws(InputError) {
        let result = message.withUnsafeBytes { buffer in
            Result { () throws(InputError) in
                try MessagePackValue(decoding: buffer, limits: limits)
            }
        }
        self = try result.get()
    }

    /// Reads one value that fills the buffer; see ``init(decoding:limits:)-([UInt8],_)``.
    public init(
        decoding buffer: UnsafeRawBufferPointer,
        limits: MessagePackLimits
    ) throws(InputError) {
        var decoder = MessagePackDecoder(buffer: buffer, limits: limits)
        self = try decoder.value(depth: 0)
        guard decoder.remaining == 0 else {
            throw decoder.error("the end of the message", "\(decoder.remaining) more bytes")
        }
    }
}

/// Reads msgpack from a peer that may be hostile: every length is checked against what is left of
/// the message and of the limits before anything of its size is allocated.
struct MessagePackDecoder {
    private let buffer: UnsafeRawBufferPointer
    private let limits: MessagePackLimits
    private var offset = 0
    private var values = 0

    init(buffer: UnsafeRawBufferPointer, limits: MessagePackLimits) {
        self.buffer = buffer
        self.limits = limits
    }

    var remaining: Int { buffer.count - offset }

    func error(_ expected: String, _ found: String) -> InputError {
        InputError(key: "byte \(offset)", expected: expected, found: found)
    }

    mutating func value(depth: Int) throws(InputError) -> MessagePackValue {
        guard depth <= limits.depth else {
            throw error("at most \(limits.depth) lists and maps inside each other", "more")
        }
        try count(1)
        let tag = try integer(UInt8.self)
        switch tag {
        case 0x00...0x7F: return .integer(Int64(tag))
        case 0x80...0x8F: return try map(Int(tag & 0x0F), depth: depth)
        case 0x90...0x9F: return try array(Int(tag & 0x0F), depth: depth)
        case 0xA0...0xBF, 0xD9...0xDB: return .string(try text(tag))
        case 0xC0: return .null
        case 0xC2: return .bool(false)
        case 0xC3: return .bool(true)
        case 0xC4...0xC6: return .binary(try binary(tag))
        case 0xCA: return .real(Double(Float(bitPattern: try integer(UInt32.self))))
        case 0xCB: return .real(Double(bitPattern: try integer(UInt64.self)))
        case 0xCC...0xD3: return try number(tag)
        case 0xDC: return try array(Int(try integer(UInt16.self)), depth: depth)
        case 0xDD: return try array(Int(try integer(UInt32.self)), depth: depth)
        case 0xDE: return try map(Int(try integer(UInt16.self)), depth: depth)
        case 0xDF: return try map(Int(try integer(UInt32.self)), depth: depth)
        case 0xE0...0xFF: return .integer(Int64(Int8(bitPattern: tag)))
        default:
            offset -= 1
            throw error("a msgpack value", "the tag 0x\(String(tag, radix: 16))")
        }
    }

    private mutating func count(_ more: Int) throws(InputError) {
        values += more
        guard values <= limits.values else {
            throw error("at most \(limits.values) values in a message", "more")
        }
    }

    /// Refuses a length that the rest of the message cannot hold.
    private func require(_ length: Int) throws(InputError) {
        guard length <= remaining else {
            throw error("\(length) more bytes", "the end of the message after \(remaining)")
        }
    }

    private mutating func integer<Number: FixedWidthInteger>(
        _: Number.Type
    ) throws(InputError) -> Number {
        try require(MemoryLayout<Number>.size)
        let number = buffer.loadUnaligned(fromByteOffset: offset, as: Number.self)
        offset += MemoryLayout<Number>.size
        return Number(bigEndian: number)
    }

    private mutating func number(_ tag: UInt8) throws(InputError) -> MessagePackValue {
        switch tag {
        case 0xCC: return .integer(Int64(try integer(UInt8.self)))
        case 0xCD: return .integer(Int64(try integer(UInt16.self)))
        case 0xCE: return .integer(Int64(try integer(UInt32.self)))
        case 0xCF:
            let value = try integer(UInt64.self)
            return Int64(exactly: value).map { .integer($0) } ?? .unsigned(value)
        case 0xD0: return .integer(Int64(try integer(Int8.self)))
        case 0xD1: return .integer(Int64(try integer(Int16.self)))
        case 0xD2: return .integer(Int64(try integer(Int32.self)))
        default: return .integer(try integer(Int64.self))
        }
    }

    private mutating func bytes(_ length: Int) throws(InputError) -> UnsafeRawBufferPointer {
        try require(length)
        defer { offset += length }
        return UnsafeRawBufferPointer(rebasing: buffer[offset..<offset + length])
    }

    private mutating func text(_ tag: UInt8) throws(InputError) -> String {
        let length =
            switch tag {
            case 0xD9: Int(try integer(UInt8.self))
            case 0xDA: Int(try integer(UInt16.self))
            case 0xDB: Int(try integer(UInt32.self))
            default: Int(tag & 0x1F)
            }
        return try utf8(length)
    }

    private mutating func utf8(_ length: Int) throws(InputError) -> String {
        let start = offset
        guard let text = String(validating: try bytes(length), as: UTF8.self) else {
            offset = start
            throw error("UTF-8 text", "other bytes")
        }
        return text
    }

    private mutating func binaryLength(_ tag: UInt8) throws(InputError) -> Int {
        switch tag {
        case 0xC4: Int(try integer(UInt8.self))
        case 0xC5: Int(try integer(UInt16.self))
        default: Int(try integer(UInt32.self))
        }
    }

    private mutating func binary(_ tag: UInt8) throws(InputError) -> [UInt8] {
        Array(try bytes(try binaryLength(tag)))
    }

    private mutating func array(_ length: Int, depth: Int) throws(InputError) -> MessagePackValue {
        try require(length)
        guard length <= limits.values - values else {
            throw error("at most \(limits.values) values in a message", "more")
        }
        var items: [MessagePackValue] = []
        items.reserveCapacity(length)
        for _ in 0..<length { items.append(try value(depth: depth + 1)) }
        return .array(items)
    }

    private mutating func map(_ length: Int, depth: Int) throws(InputError) -> MessagePackValue {
        // A length is at most 2³² here, so twice it does not overflow.
        try require(2 * length)
        guard 2 * length <= limits.values - values else {
            throw error("at most \(limits.values) values in a message", "more")
        }
        let start = offset
        var entries: [MessagePackValue.Entry] = []
        entries.reserveCapacity(length)
        var names: Set<String> = []
        for _ in 0..<length {
            let key = try key()
            guard names.insert(key).inserted else {
                throw error("each key of a map once", "\"\(key.prefix(64))\" twice")
            }
            entries.append(MessagePackValue.Entry(key, try value(depth: depth + 1)))
        }
        guard names.contains(NumpyKey.array) || names.contains(NumpyKey.scalar) else {
            return .map(entries)
        }
        do {
            return try NumpyDecoder(entries: entries, limits: limits).value()
        } catch {
            throw InputError(key: "byte \(start)", expected: error.expected, found: error.found)
        }
    }

    /// Hashing text costs the square of a run of combining marks, so a key is short.
    private mutating func key() throws(InputError) -> String {
        let start = offset
        let key = try anyKey()
        guard key.utf8.count <= Self.longestKey else {
            offset = start
            throw error("a key of at most \(Self.longestKey) bytes", "\(key.utf8.count)")
        }
        return key
    }

    private static let longestKey = 256

    private mutating func anyKey() throws(InputError) -> String {
        try count(1)
        let tag = try integer(UInt8.self)
        switch tag {
        case 0xA0...0xBF, 0xD9...0xDB: return try text(tag)
        case 0xC4...0xC6: return try utf8(try binaryLength(tag))
        default:
            offset -= 1
            throw error("a key of text or bytes", "the tag 0x\(String(tag, radix: 16))")
        }
    }
}
