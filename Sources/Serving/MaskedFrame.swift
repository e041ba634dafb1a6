import NIOCore
import NIOWebSocket

/// WebSocket frames as a client sends them (RFC 6455, 5.2 and 5.3): whole and masked.
///
/// NIO's own encoder masks byte by byte, a millisecond for two pictures; this masks eight at once
/// and on the thread that asks.
enum MaskedFrame {
    /// A final frame, its payload masked by a fresh random key.
    static func buffer(_ opcode: WebSocketOpcode, _ payload: [UInt8]) -> ByteBuffer {
        var buffer = ByteBufferAllocator().buffer(capacity: payload.count + 14 + 8)
        let masked: UInt8 = 0x80
        buffer.writeInteger(0x80 | UInt8(webSocketOpcode: opcode))
        switch payload.count {
        case ...125: buffer.writeInteger(masked | UInt8(payload.count))
        case ...Int(UInt16.max):
            buffer.writeInteger(masked | 126)
            buffer.writeInteger(UInt16(payload.count))
        default:
            buffer.writeInteger(masked | 127)
            buffer.writeInteger(UInt64(payload.count))
        }
        let key = UInt32.random(in: .min ... .max)
        buffer.writeInteger(key, endianness: .little)
        write(payload, to: &buffer, key: UInt64(key) << 32 | UInt64(key))
        return buffer
    }

    private static func write(_ payload: [UInt8], to buffer: inout ByteBuffer, key: UInt64) {
        _ = buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: payload.count) { target in
            payload.withUnsafeBytes { source in
                var offset = 0
                while offset + 8 <= source.count {
                    let word = source.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                    target.storeBytes(
                        of: word ^ key.littleEndian,
                        toByteOffset: offset,
                        as: UInt64.self
                    )
                    offset += 8
                }
                while offset < source.count {
                    target[offset] =
                        source[offset] ^ UInt8(truncatingIfNeeded: key >> (offset % 4 * 8))
                    offset += 1
                }
            }
            return payload.count
        }
    }
}
