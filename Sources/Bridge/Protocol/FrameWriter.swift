public import Robots

/// Writes packets into memory of its own; nothing is allocated after `init`.
///
/// ```swift
/// writer.begin(Instruction.write, to: 1)
/// writer.put(116, size: 2)
/// writer.put(512, size: 4)
/// port.write(writer.finish())
/// ```
public final class FrameWriter {
    private let wire: ServoProtocol
    private let storage: UnsafeMutableBufferPointer<UInt8>
    private var count = 0
    private var hasRoom = true

    /// Creates a writer for one protocol.
    public init(wire: ServoProtocol) {
        self.wire = wire
        storage = .allocate(capacity: FrameLimit.bytes(wire))
        storage.initialize(repeating: 0)
    }

    deinit { storage.deallocate() }

    /// Begins an instruction.
    public func begin(_ instruction: UInt8, to id: UInt8) {
        count = 0
        hasRoom = true
        switch wire {
        case .feetech:
            put(0xFFFF, size: 2)
            put(id)
            put(0)
        case .dynamixel:
            put(0x00FD_FFFF, size: 4)
            put(id)
            put(0, size: 2)
        }
        put(instruction)
    }

    /// Begins a status packet.
    public func beginStatus(from id: UInt8, error: UInt8) {
        switch wire {
        case .feetech: begin(error, to: id)
        case .dynamixel:
            begin(Instruction.status, to: id)
            put(error)
        }
    }

    /// Adds one parameter.
    public func put(_ byte: UInt8) {
        guard count < storage.count else {
            hasRoom = false
            return
        }
        storage[count] = byte
        count += 1
    }

    /// Adds the lowest `size` bytes of a number, least first.
    public func put(_ value: UInt32, size: Int) {
        for index in 0..<size { put(UInt8(truncatingIfNeeded: value >> UInt32(8 * index))) }
    }

    /// Adds a register's address: one byte on Feetech's wire, two on Dynamixel's.
    public func putAddress(_ address: Int) { putCount(address) }

    /// Adds a count of bytes, as wide as an address.
    public func putCount(_ count: Int) {
        put(UInt32(truncatingIfNeeded: count), size: wire == .feetech ? 1 : 2)
    }

    /// Closes the packet with length, stuffing and checksum.
    ///
    /// - Returns: The bytes, until the next `begin`; empty when the packet would be longer than the
    ///   protocol allows.
    public func finish() -> UnsafeBufferPointer<UInt8> {
        let isWhole = wire == .feetech ? finishFeetech() : finishDynamixel()
        return UnsafeBufferPointer(rebasing: storage[..<(isWhole ? count : 0)])
    }

    private func finishFeetech() -> Bool {
        storage[3] = UInt8(truncatingIfNeeded: count - 3)
        put(FeetechFraming.checksum(UnsafeBufferPointer(rebasing: storage[2..<count])))
        return hasRoom
    }

    private func finishDynamixel() -> Bool {
        let first = DynamixelFraming.instructionIndex
        let room = UnsafeMutableBufferPointer(rebasing: storage[first...])
        guard hasRoom, let stuffed = DynamixelFraming.stuff(room, count: count - first) else {
            return false
        }
        count = first + stuffed
        let length = stuffed + 2
        storage[5] = UInt8(truncatingIfNeeded: length)
        storage[6] = UInt8(truncatingIfNeeded: length >> 8)
        let sum = DynamixelChecksum.of(UnsafeBufferPointer(rebasing: storage[..<count]))
        put(UInt32(sum), size: 2)
        return hasRoom
    }
}
