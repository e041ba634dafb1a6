import NIOCore
import NIOPosix
import NIOWebSocket
import Runtime
import Synchronization

/// One client on the event loop: metadata first, then one reply for one request.
///
/// Whoever breaks the protocol loses the connection and costs nobody else anything.
final class PolicyServerHandler: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    private enum State { case idle, answering, closing }

    /// openpi's own words for what comes after an error message.
    static let errorReason = "Internal server error. Traceback included in previous frame."
    /// How long a client may take to read the goodbye.
    private static let farewell = TimeAmount.seconds(2)

    private let hub: ServerHub
    private let seat: ServerSeat
    private let watch: ConnectionWatch
    private let fragments: FragmentWatch
    private let slot: SessionSlot
    private var state = State.idle
    private var context: ChannelHandlerContext?
    private var heartbeat: Scheduled<Void>?
    private var isDraining = false
    private var receivedAt = NIODeadline.now()
    private var previousTotal: TimeSpan?

    init(
        hub: ServerHub,
        seat: ServerSeat,
        watch: ConnectionWatch,
        fragments: FragmentWatch
    ) {
        self.hub = hub
        self.seat = seat
        self.watch = watch
        self.fragments = fragments
        slot = SessionSlot(hub.makeSession)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        watch.tooSlow = { [unowned self] in
            refuse(.policyViolation, "a message that took too long to arrive")
        }
        scheduleBeat(context)
        write(.binary, context.channel.allocator.buffer(bytes: hub.greeting))
        hub.enter(self)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        slot.abandon()
        heartbeat?.cancel()
        watch.stop()
        self.context = nil
        hub.leave(self)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = Self.unwrapInboundIn(data)
        // A ping between two fragments does not end their message.
        if !fragments.isInside { watch.messageIsWhole() }
        guard !frame.rsv1, !frame.rsv2, !frame.rsv3 else {
            return refuse(.protocolError, "an extension that was not agreed")
        }
        switch frame.opcode {
        case .binary: take(frame, context: context)
        case .text:
            if state != .closing { fail("expected a binary message, found text") }
        case .ping:
            // One who asks and never reads would fill our memory.
            guard context.channel.isWritable else {
                return refuse(.policyViolation, "pings without reading")
            }
            if state != .closing { write(.pong, frame.unmaskedData) }
        case .connectionClose:
            close(.normalClosure)
            context.close(promise: nil)
        case .pong: break
        default: refuse(.protocolError, "a frame of no known kind")
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case NIOWebSocketError.invalidFrameLength,
            NIOWebSocketFrameAggregator.Error.accumulatedFrameSizeIsTooLarge:
            refuse(
                .messageTooLarge,
                "a message over \(hub.options.maximumMessageBytes) bytes"
            )
        case is IOError: context.close(promise: nil)
        case let error where TransportSecurity.isHangUp(error): context.close(promise: nil)
        default: refuse(.protocolError, "broken frames: \(error)")
        }
    }

    /// Says goodbye now, or after the reply under way.
    func drain() {
        isDraining = true
        if state == .idle { close(.goingAway) }
    }

    // MARK: Requests

    private func take(_ frame: WebSocketFrame, context: ChannelHandlerContext) {
        switch state {
        case .closing: return
        case .answering:
            // Replies carry no number: who asks twice could take one for the other.
            return refuse(.protocolError, "a message before the last one was answered")
        case .idle: break
        }
        state = .answering
        seat.isBusy = true
        receivedAt = .now()
        let job = ServerJob(
            slot: slot,
            payload: frame.data,
            mask: frame.maskKey,
            limits: hub.options.limits,
            receivedAt: receivedAt,
            previousTotal: previousTotal
        )
        hub.pool.runIfActive(eventLoop: context.eventLoop) { job.run() }
            .assumeIsolated().whenComplete { [self] result in
                seat.isBusy = false
                switch result {
                case .success(let answer): finish(answer)
                case .failure: close(.goingAway)
                }
            }
    }

    private func finish(_ answer: ServerJob.Answer) {
        guard let context, state == .answering else { return }
        switch answer {
        case .refused(let why): fail(why)
        case .reply(let bytes):
            guard context.channel.isWritable else {
                return refuse(.policyViolation, "requests without reading")
            }
            state = .idle
            write(.binary, context.channel.allocator.buffer(bytes: bytes))
            previousTotal = TimeSpan(NIODeadline.now() - receivedAt)
            if isDraining { close(.goingAway) }
        }
    }

    // MARK: Ends

    /// Tells the client what went wrong, as openpi does: in words, then with code 1011.
    private func fail(_ why: String) {
        guard let context, state != .closing else { return }
        hub.note(why, from: context.channel.remoteAddress)
        write(.text, context.channel.allocator.buffer(string: "simrun: \(why)\n"))
        close(.unexpectedServerError, reason: Self.errorReason)
    }

    /// Ends the connection of a client that breaks the rules.
    private func refuse(_ code: WebSocketErrorCode, _ why: String) {
        guard let context, state != .closing else { return }
        hub.note(why, from: context.channel.remoteAddress)
        close(code, reason: why)
    }

    private func close(_ code: WebSocketErrorCode, reason: String = "") {
        guard let context, state != .closing else { return }
        state = .closing
        watch.stop()
        var data = context.channel.allocator.buffer(capacity: 2 + reason.utf8.count)
        data.write(webSocketErrorCode: code)
        // A control frame holds 125 bytes.
        data.writeBytes(reason.utf8.prefix(123))
        write(.connectionClose, data)
        // Closing at once could take the last words from a client that is still sending.
        let channel = context.channel
        context.eventLoop.scheduleTask(in: Self.farewell) { channel.close(promise: nil) }
    }

    private func scheduleBeat(_ context: ChannelHandlerContext) {
        heartbeat = context.eventLoop.assumeIsolated()
            .scheduleTask(in: TimeAmount(hub.options.pingPeriod)) { [weak self] in self?.beat() }
    }

    private func beat() {
        guard let context, state != .closing else { return }
        let silence = NIODeadline.now() - watch.heardAt
        guard silence < TimeAmount(hub.options.pingPeriod * 2) else {
            hub.note("not heard of any more", from: context.channel.remoteAddress)
            return context.close(promise: nil)
        }
        if context.channel.isWritable { write(.ping, ByteBuffer()) }
        // glibc before 2.41 may lose a worker's wake-up (bug 25847): a second call for who waits.
        if state == .answering { hub.pool.submit { _ in } }
        scheduleBeat(context)
    }

    private func write(_ opcode: WebSocketOpcode, _ data: ByteBuffer) {
        guard let context else { return }
        let frame = WebSocketFrame(fin: true, opcode: opcode, data: data)
        context.writeAndFlush(Self.wrapOutboundOut(frame), promise: nil)
    }
}
