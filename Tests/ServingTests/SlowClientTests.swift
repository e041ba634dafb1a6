import Foundation
import NIOCore
import NIOPosix
import Runtime
import Synchronization
import Testing

@testable import Serving

/// Clients that are slow on purpose, or gone, beside one that is neither.
@Suite struct SlowClientTests {
    /// Bytes over TCP, without a protocol; counts what comes back and notes the end.
    private final class Plain: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer
        let received = Mutex<[UInt8]>([])
        let isOver = Atomic<Bool>(false)

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let bytes = Array(Self.unwrapInboundIn(data).readableBytesView)
            received.withLock { $0 += bytes }
        }

        func channelInactive(context: ChannelHandlerContext) {
            isOver.store(true, ordering: .relaxed)
        }

        /// Whether the server hung up within half a minute.
        func ends() -> Bool {
            for _ in 0..<600 where !isOver.load(ordering: .relaxed) {
                Thread.sleep(forTimeInterval: 0.05)
            }
            return isOver.load(ordering: .relaxed)
        }
    }

    private static let upgrade = """
        GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r
        Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r

        """

    private func connect(_ server: PolicyServer, _ text: String) throws -> (any Channel, Plain) {
        let plain = Plain()
        let channel = try ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { $0.pipeline.addHandler(plain) }
            .connect(host: "127.0.0.1", port: server.port).wait()
        try channel.writeAndFlush(ByteBuffer(string: text)).wait()
        return (channel, plain)
    }

    /// What each client in turn does, and what the log says of it.
    @Test(arguments: [
        ("GET / HTTP/1.1\r\nHost: x\r\n", [UInt8](), "no handshake in time"),
        ("", [], "no handshake in time"),
        (upgrade, [0x82, 0xFE, 0x10], "took too long"),
        // A fragment, then a ping: which does not end the message.
        (upgrade, [0x02, 0x81, 0, 0, 0, 0, 0x80, 0x89, 0x80, 0, 0, 0, 0], "took too long"),
        (upgrade, [], "not heard of any more"),
    ])
    func `who is too slow is let go and nobody else`(
        head: String,
        frame: [UInt8],
        words: String
    ) throws {
        let log = PolicyServerTests.Log()
        let server = try PolicyServerTests.serve(log: log) { options in
            options.handshakeTimeout = .milliseconds(300)
            options.messageTimeout = .milliseconds(300)
            options.pingPeriod = .milliseconds(500)
        }
        let other = try PolicyServerTests.open(server)
        let (channel, plain) = try connect(server, head)
        if !frame.isEmpty {
            Thread.sleep(forTimeInterval: 0.1)
            try channel.writeAndFlush(ByteBuffer(bytes: frame)).wait()
        }
        #expect(plain.ends())
        let lines = log.lines.withLock { $0 }
        #expect(lines.count == 1 && lines[0].contains(words), "\(lines)")
        // Has answered pings all the while.
        _ = try other.infer(PolicyServerTests.observation(), within: .seconds(30))
    }

    @Test func `those who come and go leave their places`() throws {
        let server = try PolicyServerTests.serve { $0.maximumConnections = 4 }
        for _ in 0..<50 {
            guard let (channel, _) = try? connect(server, Self.upgrade) else { continue }
            try? channel.close().wait()
        }
        var opened: PolicyConnection?
        for _ in 0..<200 where opened == nil {
            opened = try? PolicyServerTests.open(server)
            if opened == nil { Thread.sleep(forTimeInterval: 0.05) }
        }
        _ = try #require(opened).infer(PolicyServerTests.observation(), within: .seconds(30))
    }
}
