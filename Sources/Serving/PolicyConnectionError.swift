public import Diagnostics
public import Runtime

/// Why a policy server could not be asked, or did not answer.
public enum PolicyConnectionError: Error, Equatable, Sendable, CustomStringConvertible {
    /// No TCP connection: refused, no route, an unknown name.
    case unreachable(String)
    /// The server wants a key, or another one: HTTP status 401 or 403.
    case wrongKey(status: Int)
    /// It speaks HTTP and did not agree to speak WebSocket.
    case notWebSocket(String)
    /// No TLS with a server of `wss://`: it speaks none, or its certificate does not hold.
    case notSecure(String)
    /// Nothing came in time; says what was waited for. The connection is closed.
    case timedOut(String, TimeSpan)
    /// The server's policy raised; the text is Python's traceback.
    case raised(traceback: String)
    /// The server closed the connection.
    case closed(code: Int?, reason: String)
    /// The server broke the protocol, or sent more than the limits allow.
    case protocolBroken(String)
    /// A message that is not the msgpack it must be.
    case malformed(InputError)
    /// A reply without an action chunk; says what it holds.
    case noActions(String)
    /// A request was made while another was under way.
    case busy

    /// One sentence without the server's name.
    public var description: String {
        switch self {
        case .unreachable(let why): "not reachable: \(why)"
        case .wrongKey(let status): "the API key is missing or wrong (HTTP \(status))"
        case .notWebSocket(let why): "not a WebSocket server: \(why)"
        case .notSecure(let why): "no secure connection: \(Self.plain(why, 300))"
        case .timedOut(let what, let span):
            "no \(what) within \(Self.seconds(span)); the connection is closed"
        case .raised(let traceback): "the policy raised: \(Self.lastLine(of: traceback))"
        case .closed(let code, let reason):
            "the server closed the connection" + (code.map { " with code \($0)" } ?? "")
                + (reason.isEmpty ? "" : ": \(Self.plain(reason, 200))")
        case .protocolBroken(let what): "the server broke the protocol: \(what)"
        case .malformed(let error): "a message that cannot be read: \(error)"
        case .noActions(let found): "a reply without an array `actions`, found \(found)"
        case .busy: "a request is under way already"
        }
    }

    /// The last line with text of a traceback, which names the exception.
    static func lastLine(of traceback: String) -> String {
        let line = traceback.split(whereSeparator: \.isNewline).last { line in
            line.contains { !$0.isWhitespace }
        }
        return line.map { plain(String($0), 500) } ?? "without saying why"
    }

    /// Text from a peer; see ``PlainText``.
    static func plain(_ text: String, _ length: Int) -> String { PlainText.of(text, length) }

    private static func seconds(_ span: TimeSpan) -> String {
        span.seconds >= 1 ? "\((span.seconds * 10).rounded() / 10) s" : "\(span.milliseconds) ms"
    }
}
