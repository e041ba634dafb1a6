import NIOCore
import NIOWebSocket

/// Knows whether a message has begun of which fragments are still to come.
///
/// Control frames may come between fragments: they must not pass for the message's end.
final class FragmentWatch: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias InboundOut = WebSocketFrame

    private(set) var isInside = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = Self.unwrapInboundIn(data)
        switch frame.opcode {
        case .binary, .text, .continuation: isInside = !frame.fin
        default: break
        }
        context.fireChannelRead(data)
    }
}
