import NIOWebSocket

/// The masking of WebSocket payloads (RFC 6455, 5.3), eight bytes at once.
enum Masking {
    /// Writes the masked source, or the unmasked one: the two are the same.
    ///
    /// - Parameters:
    ///   - key: The four bytes, the first in the lowest bits.
    ///   - target: At least as long as the source.
    static func apply(
        _ key: UInt32,
        _ source: UnsafeRawBufferPointer,
        to target: UnsafeMutableRawBufferPointer
    ) {
        precondition(target.count >= source.count, "room for the payload")
        let wide = UInt64(key) << 32 | UInt64(key)
        var offset = 0
        while offset + 8 <= source.count {
            let word = source.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            target.storeBytes(
                of: word ^ wide.littleEndian,
                toByteOffset: offset,
                as: UInt64.self
            )
            offset += 8
        }
        while offset < source.count {
            target[offset] = source[offset] ^ UInt8(truncatingIfNeeded: wide >> (offset % 4 * 8))
            offset += 1
        }
    }

    /// A payload as it was before masking; a copy if there was none.
    static func unmasked(
        _ source: UnsafeRawBufferPointer,
        _ key: WebSocketMaskingKey?
    ) -> [UInt8] {
        guard let key else { return Array(source) }
        let number = key.reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        return [UInt8](unsafeUninitializedCapacity: source.count) { buffer, count in
            apply(number, source, to: UnsafeMutableRawBufferPointer(buffer))
            count = source.count
        }
    }
}
