/// What goes wrong between servos and host, packet by packet.
public struct WireFaults: Equatable, Sendable {
    /// The share of status packets that are lost, in `0...1`.
    public var drop = 0.0
    /// The share in which a bit is turned.
    public var corrupt = 0.0
    /// The share that comes twice.
    public var duplicate = 0.0
    /// The share that comes in two pieces, 500 µs apart.
    public var split = 0.0
    /// The share that is held back, and for how long, in seconds.
    public var delay = 0.0
    /// How long a packet that is held back is late, in seconds.
    public var delaySeconds = 5e-3
    /// What the adapter adds to every packet, in seconds.
    public var latency = 0.0
    /// The share of instructions that no servo hears.
    public var deaf = 0.0

    /// A perfect wire.
    public init() {}

    /// Which shares there are, by the names that commands use.
    public static let shares:
        [(name: String, path: any WritableKeyPath<WireFaults, Double> & Sendable)] = [
            ("drop", \.drop), ("corrupt", \.corrupt), ("duplicate", \.duplicate),
            ("split", \.split),
            ("delay", \.delay), ("deaf", \.deaf),
        ]
}

/// What has passed an emulated wire, and what has gone wrong on it.
public struct WireCounts: Equatable, Sendable {
    /// Instructions that servos have understood.
    public var instructions = 0
    /// Instructions that no servo heard.
    public var deaf = 0
    /// Status packets that were due, lost ones included.
    public var answers = 0
    /// Status packets that were lost.
    public var dropped = 0
    /// Status packets in which a bit was turned.
    public var corrupted = 0
    /// Status packets that came twice.
    public var duplicated = 0
    /// Status packets that came in two pieces.
    public var split = 0
    /// Status packets that were held back.
    public var delayed = 0
    /// Bytes from the host that belonged to no packet.
    public var garbageBytes = 0
    /// Packets from the host whose checksum was wrong.
    public var badSums = 0

    /// Nothing yet.
    public init() {}
}
