import Foundation
import NIOCore

/// Messages of Foxglove's WebSocket protocol, version 1.
///
/// Source: https://github.com/foxglove/ws-protocol, `docs/spec.md`
enum LiveProtocol {
    static let name = "foxglove.websocket.v1"

    /// The most bytes that a client may send at once.
    static let largestRequest = 1 << 16
    /// The most subscriptions of one client.
    static let mostSubscriptions = 1024

    /// What a client asks for; other operations are not offered.
    struct Request: Decodable {
        struct Subscription: Decodable {
            var id: UInt32
            var channelId: UInt32
        }

        var op: String
        var subscriptions: [Subscription]?
        var subscriptionIds: [UInt32]?
    }

    private struct ServerInfo: Encodable {
        var op = "serverInfo"
        var name: String
        var capabilities: [String] = []
        var metadata: [String: String] = [:]
        var sessionId: String
    }

    private struct Advertisement: Encodable {
        struct Channel: Encodable {
            var id: UInt32
            var topic: String
            var encoding: String
            var schemaName: String
            var schema: String
            var schemaEncoding: String
        }

        var op = "advertise"
        var channels: [Channel]
    }

    private struct Status: Encodable {
        var op = "status"
        /// 1 is a warning.
        var level = 1
        var message: String
    }

    static func serverInfo(name: String, session: String) -> String {
        text(ServerInfo(name: name, sessionId: session))
    }

    static func advertise(_ channels: [LiveChannel]) -> String {
        text(
            Advertisement(
                channels: channels.enumerated().map { index, channel in
                    Advertisement.Channel(
                        id: UInt32(index),
                        topic: channel.topic,
                        encoding: channel.encoding,
                        schemaName: channel.schemaName,
                        schema: channel.schema,
                        schemaEncoding: channel.schemaEncoding
                    )
                }
            )
        )
    }

    static func warning(_ message: String) -> String { text(Status(message: message)) }

    /// A message's frame: opcode 1, subscription, time, payload.
    static func message(
        subscription: UInt32,
        time: UInt64,
        data: [UInt8],
        allocator: ByteBufferAllocator
    ) -> ByteBuffer {
        var buffer = allocator.buffer(capacity: 13 + data.count)
        buffer.writeInteger(UInt8(1))
        buffer.writeInteger(subscription, endianness: .little)
        buffer.writeInteger(time, endianness: .little)
        buffer.writeBytes(data)
        return buffer
    }

    private static func text(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }
}
