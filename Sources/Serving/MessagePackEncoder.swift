extension MessagePackValue {
    /// The value as msgpack, byte for byte as openpi's Python packer writes it.
    public func encoded() -> [UInt8] {
        var encoder = MessagePackEncoder()
        encoder.bytes.reserveCapacity(encoder.estimate(self))
        encoder.append(self)
        return encoder.bytes
    }
}

/// Writes msgpack: every number in its shortest form, reals in 64 bits, numpy's keys as bytes.
struct MessagePackEncoder {
    var bytes: [UInt8] = []

    mutating func append(_ value: MessagePackValue) {
        switch value {
        case .null: bytes.append(0xC0)
        case .bool(let flag): bytes.append(flag ? 0xC3 : 0xC2)
        case .integer(let number): append(number)
        case .unsigned(let number): append(number)
        case .real(let number):
            bytes.append(0xCB)
            appendBigEndian(number.bitPattern)
        case .string(let text): append(text)
        case .binary(let data): appendBinary(data)
        case .array(let items):
            appendHeader(items.count, fixed: 0x90, fixedLimit: 15, wide: 0xDC)
            for item in items { append(item) }
        case .map(let entries):
            appendHeader(entries.count, fixed: 0x80, fixedLimit: 15, wide: 0xDE)
            for entry in entries {
                append(entry.key)
                append(entry.value)
            }
        case .ndarray(let array): append(array)
        }
    }

    /// Python unpacks an array only if its keys are bytes, in any order; this is numpy's order.
    private mutating func append(_ array: NumpyArray) {
        bytes.append(0x84)
        appendBinary(NumpyKey.array.utf8)
        bytes.append(0xC3)
        appendBinary(NumpyKey.data.utf8)
        appendBinary(array.bytes)
        appendBinary(NumpyKey.type.utf8)
        append(array.type.code)
        appendBinary(NumpyKey.shape.utf8)
        append(.array(array.shape.map { .integer(Int64($0)) }))
    }

    private mutating func append(_ number: Int64) {
        guard number < 0 else { return append(UInt64(number)) }
        switch number {
        case (-32)...: bytes.append(UInt8(bitPattern: Int8(number)))
        case Int64(Int8.min)...: appendTagged(0xD0, Int8(number))
        case Int64(Int16.min)...: appendTagged(0xD1, Int16(number))
        case Int64(Int32.min)...: appendTagged(0xD2, Int32(number))
        default: appendTagged(0xD3, number)
        }
    }

    private mutating func append(_ number: UInt64) {
        switch number {
        case ..<0x80: bytes.append(UInt8(number))
        case ...UInt64(UInt8.max): appendTagged(0xCC, UInt8(number))
        case ...UInt64(UInt16.max): appendTagged(0xCD, UInt16(number))
        case ...UInt64(UInt32.max): appendTagged(0xCE, UInt32(number))
        default: appendTagged(0xCF, number)
        }
    }

    private mutating func append(_ text: String) {
        let count = text.utf8.count
        if count > 31, count <= UInt8.max {
            appendTagged(0xD9, UInt8(count))
        } else {
            appendHeader(count, fixed: 0xA0, fixedLimit: 31, wide: 0xDA)
        }
        bytes.append(contentsOf: text.utf8)
    }

    private mutating func appendBinary(_ data: some Collection<UInt8>) {
        switch data.count {
        case ...Int(UInt8.max): appendTagged(0xC4, UInt8(data.count))
        case ...Int(UInt16.max): appendTagged(0xC5, UInt16(data.count))
        default: appendTagged(0xC6, UInt32(data.count))
        }
        bytes.append(contentsOf: data)
    }

    /// A count in one byte with its tag, or after the tag in 16, or in 32 bits.
    private mutating func appendHeader(_ count: Int, fixed: UInt8, fixedLimit: Int, wide: UInt8) {
        if count <= fixedLimit {
            bytes.append(fixed | UInt8(count))
        } else if count <= UInt16.max {
            appendTagged(wide, UInt16(count))
        } else {
            appendTagged(wide + 1, UInt32(count))
        }
    }

    private mutating func appendTagged(_ tag: UInt8, _ number: some FixedWidthInteger) {
        bytes.append(tag)
        appendBigEndian(number)
    }

    private mutating func appendBigEndian(_ number: some FixedWidthInteger) {
        withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }

    /// About the bytes that a value takes, so that large arrays are copied once.
    func estimate(_ value: MessagePackValue) -> Int {
        switch value {
        case .string(let text): text.utf8.count + 5
        case .binary(let data): data.count + 5
        case .ndarray(let array): array.bytes.count + 64 + 9 * array.shape.count
        case .array(let items): items.reduce(5) { $0 + estimate($1) }
        case .map(let entries):
            entries.reduce(5) { $0 + $1.key.utf8.count + 5 + estimate($1.value) }
        default: 9
        }
    }
}

/// The keys of numpy's values on the wire.
enum NumpyKey {
    static let array = "__ndarray__"
    static let scalar = "__npgeneric__"
    static let data = "data"
    static let type = "dtype"
    static let shape = "shape"
}
