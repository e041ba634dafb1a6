/// What has happened on a bus since it was opened.
public struct BusCounts: Equatable, Sendable, BitwiseCopyable {
    /// Packets sent.
    public var sent = 0
    /// Status packets that were asked for and came.
    public var answers = 0
    /// Status packets that were asked for and did not come at the first try, or at another.
    public var missed = 0
    /// Servos that were given up in a question, after all its tries.
    public var lost = 0
    /// Questions asked again.
    public var retries = 0
    /// Status packets that nobody was waiting for: late ones, doubles.
    public var unexpected = 0
    /// Status packets whose error byte was not 0.
    public var alerts = 0
    /// Bytes that belonged to no packet.
    public var garbageBytes = 0
    /// Packets whose checksum was wrong.
    public var badSums = 0
    /// How often the port was lost and opened again.
    public var reconnects = 0

    /// Nothing yet.
    public init() {}

    /// What has happened since `earlier`.
    public func since(_ earlier: BusCounts) -> BusCounts {
        var counts = self
        counts.sent -= earlier.sent
        counts.answers -= earlier.answers
        counts.missed -= earlier.missed
        counts.lost -= earlier.lost
        counts.retries -= earlier.retries
        counts.unexpected -= earlier.unexpected
        counts.alerts -= earlier.alerts
        counts.garbageBytes -= earlier.garbageBytes
        counts.badSums -= earlier.badSums
        counts.reconnects -= earlier.reconnects
        return counts
    }
}
