public import Diagnostics
public import Runtime

/// How a policy server is spoken to.
public struct PolicyConnectionOptions: Equatable, Sendable {
    /// Sent as `Authorization: Api-Key KEY`; nil sends none.
    public let apiKey: String?
    /// PEM file of the certificates that vouch for a server of `wss://`; nil takes the system's.
    public let authorities: String?
    /// From the first attempt to connect until the server's metadata is here.
    public var openTimeout: TimeSpan
    /// The largest message taken, in bytes.
    public var maximumMessageBytes: Int
    /// What a message may hold.
    public var limits: MessagePackLimits

    /// Creates options.
    ///
    /// - Parameters:
    ///   - apiKey: Printable ASCII without spaces.
    ///   - authorities: A PEM file of certificates that vouch for servers of `wss://`, instead of
    ///     the system's.
    ///   - openTimeout: Over 0.
    ///   - maximumMessageBytes: From 1 to 2³⁰; larger values are clamped.
    ///   - limits: What a message may hold.
    /// - Throws: ``Diagnostics/InputError`` for a key that no header can carry, and for a file
    ///   without certificates.
    public init(
        apiKey: String? = nil,
        authorities: String? = nil,
        openTimeout: TimeSpan = .seconds(10),
        maximumMessageBytes: Int = 64 << 20,
        limits: MessagePackLimits = MessagePackLimits()
    ) throws(InputError) {
        if let apiKey, apiKey.isEmpty || !apiKey.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) {
            throw InputError(
                key: "API key",
                expected: "printable ASCII without spaces",
                found: apiKey.isEmpty ? "nothing" : "other characters"
            )
        }
        if let authorities { _ = try TransportSecurity.certificates(in: authorities) }
        self.apiKey = apiKey
        self.authorities = authorities
        self.openTimeout = openTimeout
        self.maximumMessageBytes = min(max(1, maximumMessageBytes), 1 << 30)
        self.limits = limits
    }
}
