public import Diagnostics

/// Where a policy server listens: `ws://HOST:PORT`, or `wss://` for TLS, with a path if it has one.
public struct PolicyAddress: Equatable, Sendable, CustomStringConvertible {
    /// Whether TLS is spoken.
    public let isSecure: Bool
    /// A name, an IPv4 address, or an IPv6 address without brackets.
    public let host: String
    /// The TCP port.
    public let port: Int
    /// The path asked for; `/` where none is given.
    public let path: String

    /// Reads an address as it is typed.
    ///
    /// - Throws: ``Diagnostics/InputError`` saying what an address looks like.
    public init(_ text: String) throws(InputError) {
        guard let (scheme, rest) = Self.divided(text, at: "://"),
            ["ws", "wss"].contains(scheme.lowercased())
        else { throw Self.refusal(text) }
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        guard let (host, port) = Self.hostAndPort(rest[..<slash]) else { throw Self.refusal(text) }
        let path = rest[slash...]
        guard path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") }) else {
            throw Self.refusal(text)
        }
        isSecure = scheme.lowercased() == "wss"
        self.host = host
        self.port = port
        self.path = path.isEmpty ? "/" : String(path)
    }

    /// The host and port as a `Host` header says them.
    public var authority: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// The address as it is typed.
    public var description: String {
        (isSecure ? "wss://" : "ws://") + authority + (path == "/" ? "" : path)
    }

    private static func refusal(_ text: String) -> InputError {
        InputError(
            key: "address",
            expected: "ws://HOST:PORT or wss://HOST:PORT",
            found: "\"\(text.prefix(200))\""
        )
    }

    private static func divided(
        _ text: String,
        at separator: String
    ) -> (Substring, Substring)? {
        guard let range = text.firstRange(of: separator) else { return nil }
        return (text[..<range.lowerBound], text[range.upperBound...])
    }

    private static func hostAndPort(_ text: Substring) -> (host: String, port: Int)? {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        var host = text[..<colon]
        let digits = text[text.index(after: colon)...]
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let port = Int(digits), (1...65_535).contains(port)
        else { return nil }
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]") && host.count > 2
        if isBracketed { host = host.dropFirst().dropLast() }
        let allowed = isBracketed ? "0123456789abcdefABCDEF:.%" : ""
        let isHost = host.utf8.allSatisfy { byte in
            let character = Character(UnicodeScalar(byte))
            return isBracketed
                ? allowed.contains(character)
                : character.isASCII
                    && (character.isLetter || character.isNumber || "-._".contains(character))
        }
        guard !host.isEmpty, host.utf8.count <= 253, isHost else { return nil }
        return (String(host), port)
    }
}
