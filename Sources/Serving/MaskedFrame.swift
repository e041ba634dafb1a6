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
        _ = buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: payload.count) { target in
            payload.withUnsafeBytes { Masking.apply(key, $0, to: target) }
            return payload.count
        }
        return buffer
    }
}
