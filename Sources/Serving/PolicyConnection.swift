import NIOCore
import NIOWebSocket
public import Runtime

/// A WebSocket connection to a policy server that speaks openpi's protocol.
///
/// The server sends its metadata first; then each observation, a binary message, is answered by
/// one message before the next may be sent. The protocol has no request numbers, so a reply that
/// comes after its deadline would be taken for the next request's: the connection is closed
/// instead, as it is by a message that comes while no request is under way. Pings are answered at
/// any time.
///
/// Any thread may ask; the bytes move on an event loop of their own.
public final class PolicyConnection: Sendable {
    /// The server.
    public let address: PolicyAddress
    /// The map that the server sent first; often empty.
    public let metadata: MessagePackValue

    private let channel: any Channel
    private let fate: ConnectionFate

    private init(
        address: PolicyAddress,
        metadata: MessagePackValue,
        channel: any Channel,
        fate: ConnectionFate
    ) {
        self.address = address
        self.metadata = metadata
        self.channel = channel
        self.fate = fate
    }

    deinit { close() }

    /// Starts to connect; the result is there within the options' timeout.
    public static func opening(
        _ address: PolicyAddress,
        options: PolicyConnectionOptions
    ) -> Pending<PolicyConnection> {
        let fate = ConnectionFate()
        let opened = Pending<PolicyConnection>()
        PolicyChannel.open(address, options: options, fate: fate) { result in
            opened.settle(
                result.map { metadata, channel in
                    PolicyConnection(
                        address: address,
                        metadata: metadata,
                        channel: channel,
                        fate: fate
                    )
                }
            )
        }
        return opened
    }

    /// Connects and waits for the metadata.
    ///
    /// - Throws: ``PolicyConnectionError``.
    public static func open(
        _ address: PolicyAddress,
        options: PolicyConnectionOptions
    ) throws(PolicyConnectionError) -> PolicyConnection {
        try opening(address, options: options).get()
    }

    /// Whether the connection has ended; then every request fails with the reason.
    public var isClosed: Bool { fate.isOver }

    /// Sends an observation and returns at once; one request may be under way.
    ///
    /// - Parameters:
    ///   - observation: A map.
    ///   - timeout: Counts from this call; when it is over the connection is closed.
    public func begin(
        _ observation: MessagePackValue,
        within timeout: TimeSpan
    ) -> Pending<PolicyReply> {
        let amount = TimeAmount(timeout)
        let deadline = NIODeadline.now() + amount
        let reply = Pending<PolicyReply>()
        let request = PolicyRequest(
            frame: MaskedFrame.buffer(.binary, observation.encoded()),
            reply: reply,
            deadline: deadline,
            timeout: amount
        )
        channel.writeAndFlush(PolicyOutbound.request(request)).whenFailure { [fate] _ in
            // The handler is gone with the channel, or the write failed with it.
            reply.settle(.failure(fate.reason))
        }
        return reply
    }

    /// Sends an observation and blocks until its reply is here.
    ///
    /// - Throws: ``PolicyConnectionError``; all but `busy` close the connection.
    public func infer(
        _ observation: MessagePackValue,
        within timeout: TimeSpan
    ) throws(PolicyConnectionError) -> PolicyReply {
        try begin(observation, within: timeout).get()
    }

    /// Says goodbye and closes; a request under way fails.
    public func close() {
        channel.writeAndFlush(PolicyOutbound.goodbye, promise: nil)
    }
}
