import NIOCore
import NIOHTTP1

/// Who may come in: decides about each HTTP request.
struct ServerDoor: Sendable {
    enum Verdict: Equatable {
        /// May speak WebSocket.
        case welcome
        /// Is answered and hung up on.
        case answer(HTTPResponseStatus, String)
    }

    let apiKey: String?

    func verdict(_ head: HTTPRequestHead, isDraining: Bool) -> Verdict {
        // As openpi's server does: for load balancers, which have no key.
        if head.uri == "/healthz" { return .answer(.ok, "OK\n") }
        if isDraining { return .answer(.serviceUnavailable, "This server is about to end.\n") }
        guard isKnown(head) else {
            return .answer(.unauthorized, "Authorization: Api-Key KEY is missing or wrong.\n")
        }
        let upgrade = head.headers[canonicalForm: "Upgrade"]
        guard upgrade.contains(where: { $0.lowercased() == "websocket" }) else {
            return .answer(
                .upgradeRequired,
                "This is simrun; open ws:// and speak openpi's policy protocol.\n"
            )
        }
        return .welcome
    }

    private func isKnown(_ head: HTTPRequestHead) -> Bool {
        guard let apiKey else { return true }
        let sent = head.headers["Authorization"]
        return sent.count == 1 && Self.isSame(sent[0], "Api-Key " + apiKey)
    }

    /// Takes the same time wherever the two differ, so that no key can be guessed byte by byte.
    private static func isSame(_ a: String, _ b: String) -> Bool {
        guard a.utf8.count == b.utf8.count else { return false }
        return zip(a.utf8, b.utf8).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}

/// Answers HTTP that does not become a WebSocket, and hangs up.
final class ServerDoorHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart

    private let hub: ServerHub
    private let door: ServerDoor
    private var hasAnswered = false

    init(hub: ServerHub, door: ServerDoor) {
        self.hub = hub
        self.door = door
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(let head) = Self.unwrapInboundIn(data), !hasAnswered else { return }
        hasAnswered = true
        switch door.verdict(head, isDraining: hub.isDraining) {
        case .answer(let status, let text): answer(status, text, head, context: context)
        // It would have been upgraded, had its handshake been whole.
        case .welcome: answer(.badRequest, "No WebSocket handshake.\n", head, context: context)
        }
    }

    /// Hangs up on bytes that are no TLS.
    ///
    /// An upgrade that was refused is answered when the request comes; bytes that are no HTTP have
    /// their answer from NIO.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let reason = TransportSecurity.reason(of: error), !hasAnswered else { return }
        hasAnswered = true
        if !TransportSecurity.isHangUp(error) {
            hub.note("no TLS: \(reason)", from: context.channel.remoteAddress)
        }
        context.close(promise: nil)
    }

    private func answer(
        _ status: HTTPResponseStatus,
        _ text: String,
        _ head: HTTPRequestHead,
        context: ChannelHandlerContext
    ) {
        if status != .ok {
            hub.note("HTTP \(status.code): \(text)", from: context.channel.remoteAddress)
        }
        context.answerAndHangUp(head, status, text)
    }
}
