public import Diagnostics
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket
import Synchronization

/// Serves messages to Foxglove and other viewers over their WebSocket protocol, as they are made.
///
/// Whoever publishes never waits: what the event loop has no time for is dropped and counted.
public final class LiveServer: Sendable {
    /// Messages on their way to the event loop, at most.
    private static let mostPending = 4096
    /// How long a connection may take to become a WebSocket.
    private static let handshake = TimeAmount.seconds(10)

    /// Where it listens.
    public let port: Int

    private let group: MultiThreadedEventLoopGroup
    private let channel: any Channel
    private let hub: NIOLoopBound<LiveHub>
    private let pending = Atomic<Int>(0)
    private let lost = Atomic<Int>(0)

    /// Starts to listen.
    ///
    /// - Parameters:
    ///   - host: The address to listen on, such as `127.0.0.1`.
    ///   - port: The port; 0 for any that is free.
    ///   - name: What viewers call the server.
    /// - Throws: ``Diagnostics/InputError`` when the port cannot be had.
    public init(host: String = "127.0.0.1", port: Int, name: String) throws(InputError) {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = group.next()
        do {
            hub = try loop.submit {
                let session = "\(UInt64.random(in: 0 ... .max))"
                return NIOLoopBound(LiveHub(name: name, session: session), eventLoop: loop)
            }.wait()
            let hub = hub
            channel = try ServerBootstrap.forClients(of: group, backlog: 16)
                .childChannelInitializer { Self.accept($0, hub: hub) }
                .bind(host: host, port: port).wait()
        } catch {
            group.shutdownGracefully { _ in }
            throw InputError(
                key: "--live",
                expected: "a port to listen on",
                found: "\(host):\(port): \(error)"
            )
        }
        self.group = group
        self.port = channel.localAddress?.port ?? port
    }

    deinit { group.shutdownGracefully { _ in } }

    /// Messages that the event loop had no time for.
    public var dropped: Int { lost.load(ordering: .relaxed) }

    /// Says what there is to see; viewers learn of it when it changes.
    public func advertise(_ channels: [LiveChannel]) {
        let hub = hub
        hub.eventLoop.execute { hub.value.advertise(channels) }
    }

    /// Sends a message to whoever has subscribed.
    ///
    /// - Parameters:
    ///   - channel: Index into the channels advertised last.
    ///   - time: Nanoseconds since 1970.
    ///   - data: The encoded message.
    public func publish(_ channel: Int, time: UInt64, data: [UInt8]) {
        guard pending.load(ordering: .relaxed) < Self.mostPending else {
            lost.wrappingAdd(1, ordering: .relaxed)
            return
        }
        pending.wrappingAdd(1, ordering: .relaxed)
        let hub = hub
        hub.eventLoop.execute { [self] in
            pending.wrappingSubtract(1, ordering: .relaxed)
            hub.value.publish(channel, time: time, data: data)
        }
    }

    /// Makes a connection a WebSocket of the protocol, or closes it.
    private static func accept(
        _ channel: any Channel,
        hub: NIOLoopBound<LiveHub>
    ) -> EventLoopFuture<Void> {
        let late = channel.eventLoop.scheduleTask(in: handshake) {
            channel.close(promise: nil)
        }
        let plain = NIOLoopBound(NoWebSocketHandler(), eventLoop: channel.eventLoop)
        let upgrader = NIOWebSocketServerUpgrader(
            maxFrameSize: LiveProtocol.largestRequest,
            shouldUpgrade: { channel, head in
                let offered = head.headers[canonicalForm: "Sec-WebSocket-Protocol"]
                guard offered.contains(where: { $0 == LiveProtocol.name }) else {
                    return channel.eventLoop.makeSucceededFuture(nil)
                }
                let headers: HTTPHeaders = ["Sec-WebSocket-Protocol": LiveProtocol.name]
                return channel.eventLoop.makeSucceededFuture(headers)
            },
            upgradePipelineHandler: { channel, _ in
                late.cancel()
                // What follows is no HTTP any more.
                return channel.pipeline.syncOperations.removeHandler(plain.value).flatMapThrowing {
                    try channel.pipeline.syncOperations.addHandlers([
                        NIOWebSocketFrameAggregator(
                            minNonFinalFragmentSize: 1,
                            maxAccumulatedFrameCount: 64,
                            maxAccumulatedFrameSize: LiveProtocol.largestRequest
                        ), LiveClientHandler(hub: hub.value),
                    ])
                }
            }
        )
        return channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.configureHTTPServerPipeline(
                withPipeliningAssistance: false,
                withServerUpgrade: (upgraders: [upgrader], completionHandler: { _ in })
            )
            try channel.pipeline.syncOperations.addHandler(plain.value)
        }
    }
}

/// Answers whoever speaks HTTP but no Foxglove, and hangs up.
private final class NoWebSocketHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(let head) = Self.unwrapInboundIn(data) else { return }
        let text = "This is simrun; open ws:// with the subprotocol \(LiveProtocol.name).\n"
        context.answerAndHangUp(head, .upgradeRequired, text)
    }
}
