public import Diagnostics
public import Runtime

/// How a policy is served.
public struct PolicyServerOptions: Equatable, Sendable {
    /// The address to listen on.
    public let host: String
    /// The port; 0 for any that is free.
    public let port: Int
    /// What clients must send as `Authorization: Api-Key KEY`; nil lets everybody in.
    public let apiKey: String?
    /// The map that each client gets first.
    public var metadata: MessagePackValue = .map([])
    /// The largest message taken, in bytes.
    public var maximumMessageBytes = 16 << 20
    /// Clients at once, with those that have not yet said what they want.
    public var maximumConnections = 64
    /// From a client's connection until it asks for the WebSocket.
    public var handshakeTimeout = TimeSpan.seconds(10)
    /// From a message's first byte until its last.
    public var messageTimeout = TimeSpan.seconds(30)
    /// Between pings; who is not heard of for two of these is gone.
    public var pingPeriod = TimeSpan.seconds(20)
    /// What a message may hold.
    public var limits = MessagePackLimits()

    /// Creates options.
    ///
    /// - Throws: ``Diagnostics/InputError`` for a port out of range, a key that no header can
    ///   carry, and for an address that other machines reach while no key is asked for.
    public init(host: String, port: Int, apiKey: String?) throws(InputError) {
        guard (0...65_535).contains(port) else {
            throw InputError(key: "--port", expected: "0 to 65535", found: "\(port)")
        }
        // Checks the key.
        _ = try PolicyConnectionOptions(apiKey: apiKey)
        guard apiKey != nil || Self.isLoopback(host) else {
            throw InputError(
                key: "--host",
                expected: "an address of this machine alone, such as 127.0.0.1, or a key by"
                    + " --api-key-file",
                found: "\"\(host.prefix(200))\" without a key"
            )
        }
        self.host = host
        self.port = port
        self.apiKey = apiKey
    }

    /// Whether only this machine reaches an address.
    static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127"
            && parts.allSatisfy { part in
                part.utf8.allSatisfy { (0x30...0x39).contains($0) } && UInt8(part) != nil
            }
    }
}
