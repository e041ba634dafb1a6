import Diagnostics
import NIOCore
import NIOWebSocket
import Runtime

/// What is written to the channel.
enum PolicyOutbound: Sendable {
    case request(PolicyRequest)
    case goodbye
}

/// A request on its way to the channel.
struct PolicyRequest: Sendable {
    /// A whole masked frame.
    var frame: ByteBuffer
    var reply: Pending<PolicyReply>
    var deadline: NIODeadline
    var timeout: TimeAmount
}

/// The protocol on the event loop: metadata first, then one reply for one request.
///
/// Anything out of turn ends the connection, so a reply never answers another request.
final class PolicyFrameHandler: ChannelDuplexHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundIn = PolicyOutbound
    typealias OutboundOut = ByteBuffer

    private enum State {
        case awaitingMetadata
        case idle
        case awaitingReply(Pending<PolicyReply>, Scheduled<Void>)
        case ended
    }

    private var state = State.awaitingMetadata
    private let fate: ConnectionFate
    private let limits: MessagePackLimits
    private let opened: (PolicyChannel.Opening) -> Void
    /// NIO's encoder, past which whole frames are written.
    private var encoder: ChannelHandlerContext?

    init(
        fate: ConnectionFate,
        limits: MessagePackLimits,
        opened: @escaping (PolicyChannel.Opening) -> Void
    ) {
        self.fate = fate
        self.limits = limits
        self.opened = opened
    }

    func handlerAdded(context: ChannelHandlerContext) {
        encoder = try? context.pipeline.syncOperations.context(
            handlerType: WebSocketFrameEncoder.self
        )
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        encoder = nil
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch Self.unwrapOutboundIn(data) {
        case .request(let request): ask(request, context: context, promise: promise)
        case .goodbye:
            if isOpen { sendClose(.normalClosure, context: context) }
            end(.closed(code: nil, reason: "by this side"), context: context)
            promise?.succeed()
        }
    }

    private func ask(
        _ request: PolicyRequest,
        context: ChannelHandlerContext,
        promise: EventLoopPromise<Void>?
    ) {
        switch state {
        case .idle: break
        case .awaitingMetadata, .awaitingReply:
            request.reply.settle(.failure(.busy))
            promise?.succeed()
            return
        case .ended:
            request.reply.settle(.failure(fate.reason))
            promise?.succeed()
            return
        }
        let timeout = context.eventLoop.assumeIsolated().scheduleTask(deadline: request.deadline) {
            self.end(.timedOut("reply", TimeSpan(request.timeout)), context: context)
        }
        state = .awaitingReply(request.reply, timeout)
        send(request.frame, context: context, promise: promise)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = Self.unwrapInboundIn(data)
        guard !frame.rsv1, !frame.rsv2, !frame.rsv3 else {
            return end(.protocolBroken("an extension that was not agreed"), context: context)
        }
        switch frame.opcode {
        case .binary: take(message: frame.unmaskedData, context: context)
        case .text:
            end(.raised(traceback: String(buffer: frame.unmaskedData)), context: context)
        case .ping: answer(ping: frame.unmaskedData, context: context)
        case .connectionClose: closed(by: frame.unmaskedData, context: context)
        default: break
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        let isTooLarge =
            switch error {
            case NIOWebSocketError.invalidFrameLength,
                NIOWebSocketFrameAggregator.Error.accumulatedFrameSizeIsTooLarge:
                true
            default: false
            }
        if isOpen { sendClose(isTooLarge ? .messageTooLarge : .protocolError, context: context) }
        end(
            .protocolBroken(isTooLarge ? "a message over the limit" : "\(error)"),
            context: context
        )
    }

    func channelInactive(context: ChannelHandlerContext) {
        end(.closed(code: nil, reason: ""), context: context)
        context.fireChannelInactive()
    }

    private var isOpen: Bool {
        if case .ended = state { false } else { true }
    }

    private func take(message: ByteBuffer, context: ChannelHandlerContext) {
        switch state {
        case .awaitingMetadata:
            guard let value = map(in: message, context: context) else { return }
            state = .idle
            fate.isOpen = true
            opened(.success((value, context.channel)))
        case .awaitingReply(let reply, let timeout):
            guard let value = map(in: message, context: context) else { return }
            timeout.cancel()
            state = .idle
            reply.settle(.success(PolicyReply(fields: value, byteCount: message.readableBytes)))
        case .idle: end(.protocolBroken("a message that nobody asked for"), context: context)
        case .ended: break
        }
    }

    private func map(in message: ByteBuffer, context: ChannelHandlerContext) -> MessagePackValue? {
        do throws(InputError) {
            let value = try message.withUnsafeReadableBytes { bytes in
                Result { () throws(InputError) in
                    try MessagePackValue(decoding: bytes, limits: limits)
                }
            }.get()
            guard case .map = value else {
                throw InputError(expected: "a map", found: value.kind)
            }
            return value
        } catch {
            end(.malformed(error), context: context)
            return nil
        }
    }

    private func answer(ping data: ByteBuffer, context: ChannelHandlerContext) {
        // A peer that asks and never reads would fill our memory.
        guard context.channel.isWritable else {
            return end(.protocolBroken("it pings and does not read"), context: context)
        }
        guard isOpen else { return }
        let frame = MaskedFrame.buffer(.pong, Array(data.readableBytesView))
        send(frame, context: context, promise: nil)
    }

    private func closed(by data: ByteBuffer, context: ChannelHandlerContext) {
        if isOpen { sendClose(.normalClosure, context: context) }
        var data = data
        let code = data.readInteger(as: UInt16.self).map(Int.init)
        end(.closed(code: code, reason: String(buffer: data)), context: context)
    }

    private func sendClose(_ code: WebSocketErrorCode, context: ChannelHandlerContext) {
        var data = ByteBuffer()
        data.write(webSocketErrorCode: code)
        let frame = MaskedFrame.buffer(.connectionClose, Array(data.readableBytesView))
        send(frame, context: context, promise: nil)
    }

    private func send(
        _ frame: ByteBuffer,
        context: ChannelHandlerContext,
        promise: EventLoopPromise<Void>?
    ) {
        (encoder ?? context).writeAndFlush(Self.wrapOutboundOut(frame), promise: promise)
    }

    /// Ends the connection for the first reason given; whoever waits learns it.
    private func end(_ reason: PolicyConnectionError, context: ChannelHandlerContext) {
        let before = state
        guard isOpen else { return }
        state = .ended
        fate.end(reason)
        switch before {
        case .awaitingMetadata: opened(.failure(fate.reason))
        case .awaitingReply(let reply, let timeout):
            timeout.cancel()
            reply.settle(.failure(fate.reason))
        case .idle, .ended: break
        }
        context.close(promise: nil)
    }
}
