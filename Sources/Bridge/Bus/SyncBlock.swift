internal import Robots

/// One stretch of registers of several servos, as a sync read or sync write carries it.
///
/// Values, errors and who answered stand in memory taken once.
public final class SyncBlock {
    /// The servos, in the order in which they answer; at most 32, each once.
    public let ids: [UInt8]
    /// The first register's address.
    public let address: Int
    /// How many bytes of each servo.
    public let size: Int
    /// Whether to read all in one packet; Dynamixels of recent firmware alone.
    public let isFast: Bool

    private let bytes: UnsafeMutableBufferPointer<UInt8>
    private let errors: UnsafeMutableBufferPointer<UInt8>
    private var answered: UInt32 = 0

    /// Creates a block of zeros.
    public init(ids: [UInt8], addresses: Range<Int>, isFast: Bool = false) {
        precondition(!ids.isEmpty && ids.count <= 32 && Set(ids).count == ids.count)
        precondition((1...200).contains(addresses.count))
        self.ids = ids
        address = addresses.lowerBound
        size = addresses.count
        self.isFast = isFast
        bytes = .allocate(capacity: ids.count * size)
        bytes.initialize(repeating: 0)
        errors = .allocate(capacity: ids.count)
        errors.initialize(repeating: 0)
    }

    deinit {
        bytes.deallocate()
        errors.deallocate()
    }

    /// Whether servo `index` has answered the last read.
    public func hasAnswered(_ index: Int) -> Bool { answered >> UInt32(index) & 1 == 1 }

    /// How many have not.
    public var missing: Int { ids.count - answered.nonzeroBitCount }

    /// The error byte of servo `index` in its last answer.
    public func error(_ index: Int) -> UInt8 { errors[index] }

    /// The value of a register of servo `index`; the register must lie within the block.
    public func value(_ register: Register, of index: Int) -> Int {
        var bits: UInt32 = 0
        for offset in 0..<register.size {
            let byte = byte(index, register.address - address + offset)
            bits |= UInt32(byte) << UInt32(8 * offset)
        }
        return register.decode(bits)
    }

    /// Sets what is written to a register of servo `index`.
    public func set(_ value: Int, _ register: Register, of index: Int) {
        let bits = register.encode(value)
        for offset in 0..<register.size {
            let place = register.address - address + offset
            precondition(place >= 0 && place < size, "a register outside the block")
            bytes[index * size + place] = UInt8(truncatingIfNeeded: bits >> UInt32(8 * offset))
        }
    }

    func byte(_ index: Int, _ offset: Int) -> UInt8 {
        precondition(offset >= 0 && offset < size, "a register outside the block")
        return bytes[index * size + offset]
    }

    /// Forgets who answered; values stay until they are overwritten.
    func clear() { answered = 0 }

    /// Takes one servo's answer over, unless nobody waits for it.
    func take(_ frame: ServoFrame, _ parameters: UnsafeBufferPointer<UInt8>) {
        guard parameters.count == size, let index = index(of: frame.id), !hasAnswered(index) else {
            return
        }
        store(parameters, at: index, error: frame.error)
    }

    /// Takes the answer to a fast sync read over: `error id data… crc(2)` of one servo after the
    /// other, the last checksum cut off.
    func takeFast(_ parameters: UnsafeBufferPointer<UInt8>) {
        let stride = size + 4
        var start = 0
        while start + size + 2 <= parameters.count {
            if let index = index(of: parameters[start + 1]), !hasAnswered(index) {
                let data = parameters[start + 2..<start + 2 + size]
                store(UnsafeBufferPointer(rebasing: data), at: index, error: parameters[start])
            }
            start += stride
        }
    }

    private func store(_ data: UnsafeBufferPointer<UInt8>, at index: Int, error: UInt8) {
        for (offset, byte) in data.enumerated() { bytes[index * size + offset] = byte }
        errors[index] = error
        answered |= 1 << UInt32(index)
    }

    private func index(of id: UInt8) -> Int? {
        for index in 0..<ids.count where ids[index] == id { return index }
        return nil
    }
}
