import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket
import Runtime

/// Opens the channel of a policy connection: TCP, HTTP upgrade, WebSocket frames.
enum PolicyChannel {
    /// The server's first message and the channel that brought it, or what went wrong before.
    typealias Opening = Result<(MessagePackValue, any Channel), PolicyConnectionError>

    /// Starts to connect; `opened` is called at least once, and its first call counts.
    static func open(
        _ address: PolicyAddress,
        options: PolicyConnectionOptions,
        fate: ConnectionFate,
        opened: @escaping @Sendable (Opening) -> Void
    ) {
        let fail: @Sendable (PolicyConnectionError) -> Void = { reason in
            fate.end(reason)
            opened(.failure(fate.reason))
        }
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        // On the loop that also takes the metadata: one of the two is first.
        loop.scheduleTask(in: TimeAmount(options.openTimeout)) {
            guard !fate.isOpen else { return }
            fail(.timedOut(fate.awaited, options.openTimeout))
        }
        ClientBootstrap(group: loop)
            .channelOption(ChannelOptions.socketOption(.tcp_nodelay), value: 1)
            .connectTimeout(TimeAmount(options.openTimeout))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if address.isSecure {
                        fate.awaited = "TLS handshake"
                        try channel.pipeline.syncOperations.addHandler(
                            TransportSecurity.makeClientHandler(
                                host: address.host,
                                authorities: options.authorities
                            )
                        )
                    }
                    try addHandshake(
                        to: channel.pipeline.syncOperations,
                        request: UpgradeRequestHandler(
                            address: address,
                            apiKey: options.apiKey,
                            fate: fate,
                            fail: fail
                        ),
                        maximumFrame: options.maximumMessageBytes
                    ) { pipeline in
                        fate.awaited = "metadata message"
                        try addFrames(
                            to: pipeline,
                            PolicyFrameHandler(
                                fate: fate,
                                limits: options.limits,
                                opened: opened
                            ),
                            maximumMessage: options.maximumMessageBytes
                        )
                    }
                }
            }
            .connect(host: address.host, port: address.port)
            .whenComplete { result in
                switch result {
                case .success(let channel): fate.connected(channel)
                case .failure(let error):
                    fail(reason(of: error, timeout: options.openTimeout))
                }
            }
    }

    private static let requestName = "upgrade request"

    private static func addHandshake(
        to pipeline: ChannelPipeline.SynchronousOperations,
        request: UpgradeRequestHandler,
        maximumFrame: Int,
        whenUpgraded: @escaping @Sendable (ChannelPipeline.SynchronousOperations) throws -> Void
    ) throws {
        let upgrader = NIOWebSocketClientUpgrader(
            maxFrameSize: maximumFrame,
            // The frame handler says goodbye itself, so that it knows the reason first.
            automaticErrorHandling: false
        ) { channel, _ in
            channel.eventLoop.makeCompletedFuture {
                try whenUpgraded(channel.pipeline.syncOperations)
            }
        }
        try pipeline.addHTTPClientHandlers(
            // The metadata may lie in the packet that ends the handshake.
            leftOverBytesStrategy: .forwardBytes,
            withClientUpgrade: (upgraders: [upgrader], completionHandler: { _ in })
        )
        try pipeline.addHandler(request, name: requestName)
    }

    private static func addFrames(
        to pipeline: ChannelPipeline.SynchronousOperations,
        _ handler: PolicyFrameHandler,
        maximumMessage: Int
    ) throws {
        pipeline.removeHandler(name: requestName, promise: nil)
        try pipeline.addHandlers([
            NIOWebSocketFrameAggregator(
                minNonFinalFragmentSize: 1,
                maxAccumulatedFrameCount: 4096,
                maxAccumulatedFrameSize: maximumMessage
            ),
            handler,
        ])
    }

    /// Happy eyeballs try several addresses; the first failure says most.
    private static func reason(of error: any Error, timeout: TimeSpan) -> PolicyConnectionError {
        let attempts = (error as? NIOConnectionError)?.connectionErrors.map(\.error) ?? [error]
        guard let first = attempts.first else { return .unreachable("no such host") }
        let isTimeout = attempts.contains { attempt in
            if case ChannelError.connectTimeout = attempt { true } else { false }
        }
        if isTimeout { return .timedOut("connection", timeout) }
        let code = (first as? IOError)?.errnoCode
        return .unreachable(code.map { String(cString: strerror($0)) } ?? "\(first)")
    }
}

extension TimeAmount {
    init(_ span: TimeSpan) { self = .nanoseconds(span.nanoseconds) }
}

extension TimeSpan {
    init(_ amount: TimeAmount) { self.init(nanoseconds: amount.nanoseconds) }
}
