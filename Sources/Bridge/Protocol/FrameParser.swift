public import Robots

/// Finds packets in a stream of bytes that may begin anywhere, be cut anywhere and hold garbage.
///
/// Bytes go in as they come; ``next()`` hands out each packet whose checksum is right. After a bad
/// packet the search goes on at its second byte, so that a packet behind a false header is found.
/// Nothing is allocated after `init`.
public final class FrameParser {
    /// Bytes that belonged to no packet.
    public private(set) var garbageBytes = 0
    /// Packets whose checksum was wrong, false headers included.
    public private(set) var badSums = 0

    private let wire: ServoProtocol
    private let direction: FrameDirection
    private let storage: UnsafeMutableBufferPointer<UInt8>
    private let parameterStorage: UnsafeMutableBufferPointer<UInt8>
    private var first = 0
    private var end = 0
    private var parameterCount = 0

    /// Creates a parser of one protocol, for packets that go one way.
    public init(wire: ServoProtocol, direction: FrameDirection) {
        self.wire = wire
        self.direction = direction
        storage = .allocate(capacity: 4 * FrameLimit.dynamixel)
        storage.initialize(repeating: 0)
        parameterStorage = .allocate(capacity: FrameLimit.dynamixel)
        parameterStorage.initialize(repeating: 0)
    }

    deinit {
        storage.deallocate()
        parameterStorage.deallocate()
    }

    /// The parameters of the packet that ``next()`` gave last, unstuffed; until it is called again.
    public var parameters: UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(rebasing: parameterStorage[..<parameterCount])
    }

    /// Bytes waiting to become a packet.
    public var pending: Int { end - first }

    /// Takes bytes in; when they find no room, the oldest are lost and count as garbage.
    public func append(_ bytes: UnsafeBufferPointer<UInt8>) {
        for byte in bytes {
            if end == storage.count { makeRoom() }
            storage[end] = byte
            end += 1
        }
    }

    /// The next whole packet; nil until more bytes come.
    public func next() -> ServoFrame? {
        while first < end {
            let rest = UnsafeBufferPointer(rebasing: storage[first..<end])
            let scan =
                wire == .feetech
                ? FeetechFraming.scan(rest, direction) : DynamixelFraming.scan(rest, direction)
            switch scan {
            case .incomplete: return nil
            case .garbage(let count): skip(count)
            case .badSum:
                badSums += 1
                skip(1)
            case .frame(let frame, let length, let parameters):
                if let found = take(frame, length: length, parameters: parameters) { return found }
            }
        }
        return nil
    }

    /// Gives up waiting for the rest of a packet: its first byte counts as garbage.
    ///
    /// Called at a deadline, until ``next()`` finds something or nothing is pending.
    public func giveUp() {
        if first < end { skip(1) }
    }

    /// Forgets everything that is pending.
    public func reset() {
        garbageBytes += end - first
        first = 0
        end = 0
    }

    private func take(
        _ frame: ServoFrame,
        length: Int,
        parameters: Range<Int>
    ) -> ServoFrame? {
        var frame = frame
        for (to, from) in parameters.enumerated() {
            parameterStorage[to] = storage[first + from]
        }
        parameterCount = parameters.count
        let isFast = direction == .toHost && frame.id == Instruction.broadcast
        if wire == .dynamixel, !isFast {
            let filled = UnsafeMutableBufferPointer(rebasing: parameterStorage[..<parameterCount])
            guard let count = DynamixelFraming.unstuff(filled) else {
                skip(1)
                return nil
            }
            parameterCount = count
            frame.count = count
        }
        first += length
        return frame
    }

    private func skip(_ count: Int) {
        first += count
        garbageBytes += count
    }

    private func makeRoom() {
        if first == 0 { skip(storage.count / 2) }
        for index in first..<end { storage[index - first] = storage[index] }
        end -= first
        first = 0
    }
}
