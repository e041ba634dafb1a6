import Foundation
import NIOCore
import NIOWebSocket

/// One viewer: its subscriptions, and what is sent to it.
///
/// A viewer that reads slowly loses messages, one that breaks the protocol its connection; neither
/// costs anybody else.
final class LiveClientHandler: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    private let hub: LiveHub
    private var context: ChannelHandlerContext?
    /// Subscription numbers by channel.
    private var subscriptions: [Int: [UInt32]] = [:]
    private var count = 0
    /// Messages that this viewer was too slow for.
    private(set) var dropped = 0

    init(hub: LiveHub) { self.hub = hub }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        guard hub.enter(self) else { return close(.policyViolation) }
        sendText(hub.serverInfo)
        if !hub.channels.isEmpty { sendText(hub.advertisement) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        hub.leave(self)
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = Self.unwrapInboundIn(data)
        guard !frame.rsv1, !frame.rsv2, !frame.rsv3 else { return close(.protocolError) }
        switch frame.opcode {
        case .text: take(frame.unmaskedData)
        case .ping:
            // One who asks and never reads would fill our memory.
            guard context.channel.isWritable else { return close(.policyViolation) }
            write(.pong, frame.unmaskedData)
        case .connectionClose: close(.normalClosure)
        // Data from clients is not asked for.
        case .binary, .pong: break
        default: close(.protocolError)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { close(.protocolError) }

    /// Sends a message to each of the viewer's subscriptions of a channel.
    func send(_ channel: Int, time: UInt64, data: [UInt8]) {
        guard let context, let numbers = subscriptions[channel] else { return }
        for subscription in numbers {
            guard context.channel.isWritable else {
                dropped += 1
                continue
            }
            let message = LiveProtocol.message(
                subscription: subscription,
                time: time,
                data: data,
                allocator: context.channel.allocator
            )
            write(.binary, message)
        }
    }

    func sendText(_ text: String) {
        guard let context else { return }
        write(.text, context.channel.allocator.buffer(string: text))
    }

    // MARK: Inside

    private func take(_ text: ByteBuffer) {
        guard
            let request = try? JSONDecoder().decode(
                LiveProtocol.Request.self,
                from: Data(text.readableBytesView)
            )
        else { return close(.unacceptableData) }
        switch request.op {
        case "subscribe": subscribe(request.subscriptions ?? [])
        case "unsubscribe": unsubscribe(Set(request.subscriptionIds ?? []))
        default: answer("the operation \(request.op.prefix(64)) is not offered")
        }
    }

    private func subscribe(_ wanted: [LiveProtocol.Request.Subscription]) {
        for wish in wanted {
            let channel = Int(wish.channelId)
            guard hub.channels.indices.contains(channel) else {
                answer("there is no channel \(wish.channelId)")
                continue
            }
            guard !subscriptions.values.contains(where: { $0.contains(wish.id) }) else {
                answer("subscription \(wish.id) exists")
                continue
            }
            guard count < LiveProtocol.mostSubscriptions else { return close(.policyViolation) }
            subscriptions[channel, default: []].append(wish.id)
            count += 1
            hub.greet(self, on: channel)
        }
    }

    private func unsubscribe(_ numbers: Set<UInt32>) {
        for channel in Array(subscriptions.keys) {
            subscriptions[channel]?.removeAll { numbers.contains($0) }
        }
        count = subscriptions.values.reduce(0) { $0 + $1.count }
    }

    /// A warning, unless the viewer does not read.
    private func answer(_ message: String) {
        guard let context, context.channel.isWritable else { return close(.policyViolation) }
        sendText(LiveProtocol.warning(message))
    }

    private func write(_ opcode: WebSocketOpcode, _ data: ByteBuffer) {
        let frame = WebSocketFrame(fin: true, opcode: opcode, data: data)
        context?.writeAndFlush(Self.wrapOutboundOut(frame), promise: nil)
    }

    private func close(_ code: WebSocketErrorCode) {
        guard let context else { return }
        var data = context.channel.allocator.buffer(capacity: 2)
        data.write(webSocketErrorCode: code)
        write(.connectionClose, data)
        context.close(promise: nil)
    }
}
