import Diagnostics
import Foundation
import Recording
import Serving

/// Shows episodes to viewers while they run.
final class LiveSink: RecordingSink {
    /// Where Foxglove looks unless told otherwise.
    static let standardPort = 8765

    private let server: LiveServer

    init(port: Int) throws(InputError) {
        guard (0...65535).contains(port) else {
            throw InputError(key: "--live", expected: "a port from 0 to 65535", found: "\(port)")
        }
        server = try LiveServer(port: port, name: "simrun")
        Console.errorText(
            "simrun: live at ws://127.0.0.1:\(server.port), for Foxglove and viewers alike"
        )
    }

    func begin(
        _ description: RecordingDescription,
        channels: [MCAPChannel]
    ) throws(InputError) {
        server.advertise(
            channels.map { channel in
                let schema = channel.schema
                let isText = schema.encoding == "jsonschema"
                return LiveChannel(
                    topic: channel.topic,
                    encoding: channel.messageEncoding,
                    schemaName: schema.name,
                    schemaEncoding: schema.encoding,
                    schema: isText
                        ? String(decoding: schema.data, as: UTF8.self)
                        : Data(schema.data).base64EncodedString(),
                    // Sent once an episode; shapes move with their frames.
                    isLatched: channel.topic == "/scene"
                )
            }
        )
    }

    func add(_ message: RecordedMessage) throws(InputError) {
        server.publish(message.channel, time: message.logTime, data: message.data)
    }

    func end(_ result: [String: String]) throws(InputError) {}
}
