public import Diagnostics
import Dispatch
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import NIOWebSocket
public import Runtime

/// Serves a policy to clients of openpi's WebSocket protocol.
///
/// Bytes move on one event loop; requests are answered by as many workers as there are processors,
/// in the order in which they came. Each connection has a session of its own.
public final class PolicyServer: Sendable {
    /// Where it listens.
    public let port: Int

    private let group: MultiThreadedEventLoopGroup
    private let pool: NIOThreadPool
    private let listener: any Channel
    private let hub: NIOLoopBound<ServerHub>

    /// Starts to listen.
    ///
    /// - Parameters:
    ///   - options: Where, and what is allowed.
    ///   - certificate: What clients of `wss://` are shown; nil speaks plain `ws://`.
    ///   - log: Told of each client that is turned away, in one line; called on the event loop.
    ///   - makeSession: Called for each connection that asks something, on a worker.
    /// - Throws: ``Diagnostics/InputError`` when the port cannot be had.
    public init(
        options: PolicyServerOptions,
        certificate: ServerCertificate? = nil,
        log: @escaping @Sendable (String) -> Void,
        makeSession: @escaping @Sendable () -> any PolicySession
    ) throws(InputError) {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let pool = NIOThreadPool(numberOfThreads: System.coreCount)
        pool.start()
        let loop = group.next()
        do {
            hub = try loop.submit {
                NIOLoopBound(
                    ServerHub(options: options, pool: pool, log: log, makeSession: makeSession),
                    eventLoop: loop
                )
            }.wait()
            let hub = hub
            listener = try ServerBootstrap.forClients(of: group, backlog: 64)
                .childChannelInitializer { Self.accept($0, certificate, hub: hub) }
                .bind(host: options.host, port: options.port).wait()
        } catch {
            group.shutdownGracefully { _ in }
            pool.shutdownGracefully { _ in }
            throw InputError(
                key: "--host and --port",
                expected: "an address to listen on",
                found: "\(options.host):\(options.port): \(error)"
            )
        }
        self.group = group
        self.pool = pool
        port = listener.localAddress?.port ?? options.port
    }

    deinit {
        // A worker's last answer needs a living loop.
        pool.shutdownGracefully { [group] _ in group.shutdownGracefully { _ in } }
    }

    /// Takes no more clients, answers the requests that are under way, says goodbye, and ends.
    ///
    /// - Parameter span: How long that may take.
    public func drain(within span: TimeSpan) {
        listener.close(promise: nil)
        let (hub, loop) = (hub, hub.eventLoop)
        let drained = loop.flatSubmit {
            let promise = loop.makePromise(of: Void.self)
            hub.value.drain(promise)
            return promise.futureResult
        }
        loop.scheduleTask(in: TimeAmount(span)) { hub.value.stopDraining() }
        try? drained.wait()
        // A worker that is still at work may never end; the process does.
        let stopped = DispatchSemaphore(value: 0)
        pool.shutdownGracefully { _ in stopped.signal() }
        guard stopped.wait(timeout: .now() + .seconds(1)) == .success else { return }
        try? group.syncShutdownGracefully()
    }

    /// Gives a connection a seat and a time to say what it wants.
    private static func accept(
        _ channel: any Channel,
        _ certificate: ServerCertificate?,
        hub: NIOLoopBound<ServerHub>
    ) -> EventLoopFuture<Void> {
        let options = hub.value.options
        guard let seat = hub.value.takeSeat() else {
            hub.value.note("there is no room for one more client", from: channel.remoteAddress)
            return channel.eventLoop.makeFailedFuture(ChannelError.eof)
        }
        channel.closeFuture.assumeIsolated().whenComplete { _ in seat.disconnect() }
        let late = channel.eventLoop.assumeIsolated().scheduleTask(
            in: TimeAmount(options.handshakeTimeout)
        ) {
            hub.value.note("no handshake in time", from: channel.remoteAddress)
            channel.close(promise: nil)
        }
        channel.closeFuture.assumeIsolated().whenComplete { _ in late.cancel() }
        let door = ServerDoor(apiKey: options.apiKey)
        let doorHandler = ServerDoorHandler(hub: hub.value, door: door)
        let entry = NIOLoopBound((seat, late, doorHandler), eventLoop: channel.eventLoop)
        let upgrader = NIOWebSocketServerUpgrader(
            maxFrameSize: options.maximumMessageBytes,
            // The handler says goodbye itself, so that it knows the reason.
            automaticErrorHandling: false,
            shouldUpgrade: { channel, head in
                let verdict = door.verdict(head, isDraining: hub.value.isDraining)
                let headers: HTTPHeaders? = verdict == .welcome ? [:] : nil
                return channel.eventLoop.makeSucceededFuture(headers)
            },
            upgradePipelineHandler: { channel, _ in
                let (seat, late, doorHandler) = entry.value
                late.cancel()
                // What follows is no HTTP any more.
                return channel.pipeline.syncOperations.removeHandler(doorHandler)
                    .assumeIsolated()
                    .flatMapThrowing {
                        try addFrames(to: channel.pipeline.syncOperations, hub.value, seat)
                    }.nonisolated()
            }
        )
        return channel.eventLoop.makeCompletedFuture {
            if let certificate {
                try channel.pipeline.syncOperations.addHandler(certificate.makeHandler())
            }
            try channel.pipeline.syncOperations.configureHTTPServerPipeline(
                withPipeliningAssistance: false,
                withServerUpgrade: (upgraders: [upgrader], completionHandler: { _ in })
            )
            try channel.pipeline.syncOperations.addHandler(entry.value.2)
        }
    }

    private static func addFrames(
        to pipeline: ChannelPipeline.SynchronousOperations,
        _ hub: ServerHub,
        _ seat: ServerSeat
    ) throws {
        let watch = ConnectionWatch(timeout: hub.options.messageTimeout)
        // After TLS, whose own messages are not the client's.
        let secure = try? pipeline.handler(type: NIOSSLServerHandler.self)
        try pipeline.addHandler(watch, position: secure.map { .after($0) } ?? .first)
        let fragments = FragmentWatch()
        try pipeline.addHandlers([
            fragments,
            NIOWebSocketFrameAggregator(
                minNonFinalFragmentSize: 1,
                maxAccumulatedFrameCount: 64,
                maxAccumulatedFrameSize: hub.options.maximumMessageBytes
            ),
            PolicyServerHandler(hub: hub, seat: seat, watch: watch, fragments: fragments),
        ])
    }
}
