public import Diagnostics

/// Keeps an episode's messages in memory, to be compared.
public final class MessageList: RecordingSink, @unchecked Sendable {
    // Unchecked: one thread at a time, as the protocol says.

    /// The channels of the last episode.
    public private(set) var channels: [MCAPChannel] = []
    /// Its messages, in the order of a file.
    public private(set) var messages: [RecordedMessage] = []

    /// Creates an empty list.
    public init() {}

    /// Starts anew.
    public func begin(
        _ description: RecordingDescription,
        channels: [MCAPChannel]
    ) throws(InputError) {
        self.channels = channels
        messages.removeAll(keepingCapacity: true)
    }

    /// Keeps a message.
    public func add(_ message: RecordedMessage) throws(InputError) { messages.append(message) }

    /// Nothing is left to do.
    public func end(_ result: [String: String]) throws(InputError) {}
}
