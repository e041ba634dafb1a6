import NIOCore
import NIOEmbedded
import NIOWebSocket
import Runtime
import Synchronization
import Testing

@testable import Serving

/// The protocol without a network, with time in the test's hand.
@Suite struct PolicyFrameHandlerTests {
    private final class Opened: Sendable {
        let keys = Mutex<[String]?>(nil)
        let error = Mutex<PolicyConnectionError?>(nil)
    }

    private let fate = ConnectionFate()
    private let opened = Opened()

    private func channel() throws -> EmbeddedChannel {
        let handler = PolicyFrameHandler(fate: fate, limits: MessagePackLimits()) {
            [opened] result in
            switch result {
            case .success(let (metadata, _)): opened.keys.withLock { $0 = metadata.keys }
            case .failure(let error): opened.error.withLock { $0 = error }
            }
        }
        let channel = EmbeddedChannel(handler: handler)
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        fate.connected(channel)
        return channel
    }

    private func open() throws -> EmbeddedChannel {
        let channel = try channel()
        try channel.writeInbound(frame(.map([.init("robot", .string("panda"))])))
        #expect(opened.keys.withLock { $0 } == ["robot"])
        return channel
    }

    /// What was sent, as NIO's decoder reads it.
    private func sentFrame(_ channel: EmbeddedChannel) throws -> WebSocketFrame? {
        guard let bytes = try channel.readOutbound(as: ByteBuffer.self) else { return nil }
        return try Self.decoded(bytes)
    }

    private static func decoded(_ bytes: ByteBuffer) throws -> WebSocketFrame? {
        let decoder = ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: 1 << 20))
        let channel = EmbeddedChannel(handler: decoder)
        try channel.writeInbound(bytes)
        return try channel.readInbound(as: WebSocketFrame.self)
    }

    @Test(arguments: [0, 1, 7, 8, 9, 125, 126, 127, 65_535, 65_536, 300_003])
    func `frames of every length are read by NIO`(count: Int) throws {
        let payload = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let bytes = MaskedFrame.buffer(.binary, payload)
        let frame = try #require(try Self.decoded(bytes))
        #expect(frame.fin && frame.opcode == .binary && frame.maskKey != nil)
        #expect(Array(frame.unmaskedData.readableBytesView) == payload)
    }

    private func frame(_ value: MessagePackValue) -> WebSocketFrame {
        WebSocketFrame(fin: true, opcode: .binary, data: ByteBuffer(bytes: value.encoded()))
    }

    private func text(_ text: String, _ opcode: WebSocketOpcode = .text) -> WebSocketFrame {
        WebSocketFrame(fin: true, opcode: opcode, data: ByteBuffer(string: text))
    }

    /// Asks with half a second's time.
    private func ask(_ channel: EmbeddedChannel) throws -> Pending<PolicyReply> {
        let reply = Pending<PolicyReply>()
        let request = PolicyRequest(
            frame: MaskedFrame.buffer(.binary, MessagePackTests.observation),
            reply: reply,
            deadline: channel.embeddedEventLoop.now + .milliseconds(500),
            timeout: .milliseconds(500)
        )
        channel.writeAndFlush(PolicyOutbound.request(request), promise: nil)
        return reply
    }

    private func failure(_ reply: Pending<PolicyReply>) -> PolicyConnectionError? {
        guard reply.isReady else { return nil }
        do throws(PolicyConnectionError) {
            _ = try reply.get()
            return nil
        } catch { return error }
    }

    @Test func `a request is one masked binary frame and its reply is read`() throws {
        let channel = try open()
        let reply = try ask(channel)
        let sent = try #require(try sentFrame(channel))
        #expect(sent.opcode == .binary && sent.fin && sent.maskKey != nil)
        #expect(Array(sent.unmaskedData.readableBytesView) == MessagePackTests.observation)
        #expect(!reply.isReady)
        try channel.writeInbound(frame(.map([.init("actions", .ndarray(NumpyArray([3])))])))
        #expect(try reply.get().actions?.doubles() == [3])
        #expect(!fate.isOver)
    }

    @Test func `a late reply closes the connection and answers nobody`() throws {
        let channel = try open()
        let first = try ask(channel)
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(499))
        #expect(!first.isReady)
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(2))
        #expect(failure(first) == .timedOut("reply", .milliseconds(500)))
        #expect(fate.isOver && !channel.isActive)
        let second = try ask(channel)
        _ = try? channel.writeInbound(frame(.map([.init("actions", .ndarray(NumpyArray([1])))])))
        #expect(!second.isReady || failure(second) == .timedOut("reply", .milliseconds(500)))
    }

    @Test func `a reply in time stops its clock`() throws {
        let channel = try open()
        let reply = try ask(channel)
        try channel.writeInbound(frame(.map([])))
        channel.embeddedEventLoop.advanceTime(by: .seconds(60))
        #expect(try reply.get().fields == .map([]))
        #expect(!fate.isOver)
    }

    @Test func `a second request beside the first is refused and harms nobody`() throws {
        let channel = try open()
        let first = try ask(channel)
        #expect(failure(try ask(channel)) == .busy)
        try channel.writeInbound(frame(.map([])))
        #expect(try first.get().fields == .map([]))
    }

    @Test func `pings are answered with their own bytes`() throws {
        let channel = try open()
        try channel.writeInbound(text("beat", .ping))
        let pong = try #require(try sentFrame(channel))
        #expect(pong.opcode == .pong && pong.maskKey != nil)
        #expect(String(buffer: pong.unmaskedData) == "beat")
    }

    @Test func `a traceback fails the request by its last line`() throws {
        let channel = try open()
        let reply = try ask(channel)
        let traceback = "Traceback (most recent call last):\n  x\nKeyError: 'state'\n\n"
        try channel.writeInbound(text(traceback))
        _ = try? channel.writeInbound(text("\u{3}\u{F3}reason", .connectionClose))
        let error = try #require(failure(reply))
        #expect(error == .raised(traceback: traceback))
        #expect(error.description == "the policy raised: KeyError: 'state'")
    }

    @Test func `what comes unasked or out of form ends the connection`() throws {
        let cases: [(WebSocketFrame, String)] = [
            (frame(.map([])), "nobody asked"),
            (text("RuntimeError: out of memory"), "out of memory"),
            (text("", .connectionClose), "closed the connection"),
        ]
        for (frame, words) in cases {
            let test = PolicyFrameHandlerTests()
            let channel = try test.open()
            try channel.writeInbound(frame)
            #expect(test.fate.isOver)
            #expect(test.fate.reason.description.contains(words), "\(test.fate.reason)")
        }
    }

    @Test func `a reply that is no map of msgpack ends the connection`() throws {
        for message: [UInt8] in [[], [0xC1], [0x01], [0x81, 0xA1]] {
            let test = PolicyFrameHandlerTests()
            let channel = try test.open()
            let reply = try test.ask(channel)
            let data = ByteBuffer(bytes: message)
            try channel.writeInbound(WebSocketFrame(fin: true, opcode: .binary, data: data))
            guard case .malformed? = test.failure(reply) else {
                Issue.record("\(message) was taken")
                continue
            }
            #expect(test.fate.isOver)
        }
    }

    @Test func `compressed frames are refused, for none were agreed`() throws {
        let channel = try channel()
        var data = frame(.map([]))
        data.rsv1 = true
        try channel.writeInbound(data)
        #expect(opened.error.withLock { $0 } == .protocolBroken("an extension that was not agreed"))
    }

    @Test func `a terminal gets no control characters from a traceback`() {
        let error = PolicyConnectionError.raised(traceback: "E: \u{1B}[31mred\u{7}")
        #expect(error.description == "the policy raised: E: ?[31mred?")
    }
}
