public import Runtime

/// Where a bus's bytes go and come from, and the clock that goes with it: a serial port in real time,
/// or emulated servos in a time of their own.
///
/// A class to be derived from, not a protocol, so that the tick pays a table look-up and no
/// existential. One thread owns it.
public class ServoPort {
    /// The path it was opened by.
    public let path: String
    /// Bits per second.
    public let baud: Int
    /// Keeps what passes, where asked for.
    public var transcript: BusTranscript?

    init(named path: String, baud: Int) {
        self.path = path
        self.baud = baud
    }

    /// The time on the port's clock; a real port's is ``Runtime/MonotonicTime``'s.
    public func now() -> TimeSpan { MonotonicTime().now() }

    /// Sleeps on the port's clock.
    public func sleep(until instant: TimeSpan) { MonotonicTime().sleep(until: instant) }

    /// Throws away what was received before now.
    func discardInput() throws(BusError) {}

    /// Writes all bytes.
    func write(_ bytes: UnsafeBufferPointer<UInt8>) throws(BusError) {}

    /// Hands what has come to `parser`, waiting for the first byte until `deadline`.
    ///
    /// - Returns: Whether anything came.
    func read(into parser: FrameParser, until deadline: TimeSpan) throws(BusError) -> Bool { false }

    /// Opens the port again after it was lost.
    ///
    /// - Returns: Whether it is there again.
    func reopen() -> Bool { false }
}
