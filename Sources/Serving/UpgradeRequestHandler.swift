import NIOCore
import NIOHTTP1

/// Asks for the WebSocket as soon as TCP stands, and says why if the server does not agree.
///
/// The handlers of the WebSocket take its place when it does.
final class UpgradeRequestHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private let head: HTTPRequestHead
    private let fail: (PolicyConnectionError) -> Void
    private let fate: ConnectionFate

    init(
        address: PolicyAddress,
        apiKey: String?,
        fate: ConnectionFate,
        fail: @escaping (PolicyConnectionError) -> Void
    ) {
        var headers: HTTPHeaders = ["Host": address.authority]
        if let apiKey { headers.add(name: "Authorization", value: "Api-Key \(apiKey)") }
        head = HTTPRequestHead(
            version: .http1_1,
            method: .GET,
            uri: address.path,
            headers: headers
        )
        self.fate = fate
        self.fail = fail
    }

    func channelActive(context: ChannelHandlerContext) {
        fate.awaited = "WebSocket handshake"
        context.write(Self.wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(Self.wrapOutboundOut(.end(nil)), promise: nil)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(let response) = Self.unwrapInboundIn(data) else { return }
        switch response.status.code {
        case 401, 403: fail(.wrongKey(status: Int(response.status.code)))
        case 101: fail(.notWebSocket("its handshake does not answer ours"))
        default:
            let reason = PolicyConnectionError.plain(response.status.reasonPhrase, 80)
            fail(.notWebSocket("it answered HTTP \(response.status.code) \(reason)"))
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let reason = TransportSecurity.reason(of: error) else {
            return fail(.notWebSocket("\(error)"))
        }
        fail(.notSecure(reason))
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(.notWebSocket("it closed the connection during the handshake"))
        context.fireChannelInactive()
    }
}
