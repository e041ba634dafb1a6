internal import CSerial
public import Diagnostics
internal import Glibc
internal import Runtime

/// A serial port, or a pseudo terminal in its place: raw, 8N1, any baud rate, this program's alone.
///
/// Reading and writing allocate nothing.
public final class SerialPort: ServoPort {
    /// What the driver said to the wish for low latency; 0 when it was granted.
    public private(set) var lowLatencyError: Int32 = 0
    private var descriptor: Int32
    private let buffer: UnsafeMutableBufferPointer<UInt8>

    /// Opens a port.
    ///
    /// - Parameters:
    ///   - path: The device, such as `/dev/ttyACM0`.
    ///   - baud: Bits per second, 9600 to 4.5 million.
    /// - Throws: ``Diagnostics/InputError`` for a path that is no serial port, or one that another
    ///   program has open.
    public init(path: String, baud: Int) throws(InputError) {
        buffer = .allocate(capacity: 1024)
        buffer.initialize(repeating: 0)
        descriptor = cs_open(path, UInt32(baud))
        super.init(named: path, baud: baud)
        guard descriptor >= 0 else {
            throw Self.refusal(path, -descriptor)
        }
        lowLatencyError = -cs_request_low_latency(descriptor)
    }

    /// A port that a parent process has opened and prepared.
    init(inherited descriptor: Int32, baud: Int) {
        buffer = .allocate(capacity: 1024)
        buffer.initialize(repeating: 0)
        self.descriptor = descriptor
        super.init(named: "inherited", baud: baud)
    }

    /// The descriptor, for a process that is to share the port.
    var handle: Int32 { descriptor }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        buffer.deallocate()
    }

    override func reopen() -> Bool {
        if descriptor >= 0 { close(descriptor) }
        descriptor = cs_open(path, UInt32(baud))
        guard descriptor >= 0 else { return false }
        lowLatencyError = -cs_request_low_latency(descriptor)
        return true
    }

    override func discardInput() throws(BusError) {
        let status = cs_discard_input(descriptor)
        guard status == 0 else { throw .portLost(errno: -status) }
    }

    /// Writes all bytes; the driver buffers them.
    ///
    /// - Throws: ``BusError/portLost(errno:)``, also when the driver takes nothing for 20 ms.
    override func write(_ bytes: UnsafeBufferPointer<UInt8>) throws(BusError) {
        var sent = 0
        let clock = MonotonicTime()
        let start = clock.now()
        while sent < bytes.count {
            let rest = UnsafeBufferPointer(rebasing: bytes[sent...])
            let moved = cs_write(descriptor, rest.baseAddress, rest.count)
            guard moved >= 0 else { throw .portLost(errno: Int32(-moved)) }
            sent += moved
            if moved == 0 {
                let now = clock.now()
                guard now - start < .milliseconds(20) else { throw .portLost(errno: EAGAIN) }
                clock.sleep(until: now + .microseconds(100))
            }
        }
        transcript?.record(.sent, bytes, at: start)
    }

    override func read(
        into parser: FrameParser,
        until deadline: TimeSpan
    ) throws(BusError) -> Bool {
        let ready = cs_wait_readable(descriptor, deadline.nanoseconds)
        guard ready >= 0 else { throw .portLost(errno: -ready) }
        guard ready > 0 else { return false }
        let count = cs_read(descriptor, buffer.baseAddress, buffer.count)
        guard count >= 0 else { throw .portLost(errno: Int32(-count)) }
        let bytes = UnsafeBufferPointer(rebasing: buffer[..<count])
        transcript?.record(.received, bytes, at: MonotonicTime().now())
        parser.append(bytes)
        return count > 0
    }

    private static func refusal(_ path: String, _ errno: Int32) -> InputError {
        let found =
            switch errno {
            case EBUSY: "one that another program has open"
            case ENOTTY: "something that is no serial port"
            case ENOENT: "no such file"
            case EACCES: "one that this user may not open; \(PortAdvice.udevHint)"
            default: systemMessage(errno)
            }
        return InputError(
            file: path,
            expected: "a serial port",
            found: found,
            nearest: errno == ENOENT ? PortAdvice.ports() : []
        )
    }
}

/// The system's words for an error number.
func systemMessage(_ errno: Int32) -> String { String(cString: strerror(errno)) }
