public import Robots
public import Runtime

/// How long things take on the wire, and how long to wait for an answer.
public struct BusTiming: Equatable, Sendable {
    /// One byte: a start bit, eight bits, a stop bit.
    public var byte: TimeSpan
    /// How long a servo waits before it answers, at most.
    public var returnDelay: TimeSpan
    /// What the adapter, the driver and the scheduler may add before an answer is seen.
    public var slack: TimeSpan

    /// Times at a baud rate.
    ///
    /// - Parameters:
    ///   - baud: Bits per second.
    ///   - returnDelay: Of the slowest servo.
    ///   - latencyTimer: FTDI's timer in milliseconds, if the port has one.
    public init(baud: Int, returnDelay: TimeSpan = .zero, latencyTimer: Int? = nil) {
        byte = .seconds(10 / Double(baud))
        self.returnDelay = returnDelay
        slack = .milliseconds(2) + .milliseconds(Double(latencyTimer ?? 0) * 1.25)
    }

    /// How long `count` bytes take.
    public func wire(_ count: Int) -> TimeSpan { byte * count }

    /// How long after the last sign of life the next answer of `count` bytes may take.
    public func answer(_ count: Int) -> TimeSpan { returnDelay + wire(count) + slack }

    /// Bytes of a status packet with so many parameters.
    public static func statusBytes(_ parameters: Int, wire: ServoProtocol) -> Int {
        wire == .feetech ? parameters + 6 : parameters + 11
    }
}
