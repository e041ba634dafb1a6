internal import Robots

/// Packets of Dynamixel protocol 2.0: `FF FF FD 00 id length(2) instruction parameters… crc(2)`,
/// with `length` the bytes after it; a status packet has its error before the parameters.
///
/// From the instruction on, every `FF FF FD` is followed by one more `FD`, so that a header never
/// occurs within a packet. The answer to a fast sync read is the exception: it is not stuffed.
enum DynamixelFraming {
    /// Bytes of an instruction besides its parameters; a status packet has one more.
    static let overhead = 10
    private static let header: [UInt8] = [0xFF, 0xFF, 0xFD, 0x00]
    /// Where the instruction stands.
    static let instructionIndex = 7

    /// What the bytes begin with; `bytes` is not empty.
    static func scan(_ bytes: UnsafeBufferPointer<UInt8>, _ direction: FrameDirection) -> FrameScan
    {
        for (index, byte) in header.enumerated() {
            if bytes.count == index { return .incomplete }
            if bytes[index] != byte {
                return .garbage(index == 0 ? bytes.firstIndex(of: 0xFF) ?? bytes.count : 1)
            }
        }
        if bytes.count < 5 { return .incomplete }
        let id = bytes[4]
        guard id <= 0xFC || id == Instruction.broadcast else { return .garbage(1) }
        if bytes.count < 7 { return .incomplete }
        let length = Int(bytes[5]) | Int(bytes[6]) << 8
        let end = length + instructionIndex
        let least = direction == .toHost ? 4 : 3
        guard length >= least, end <= FrameLimit.dynamixel else { return .garbage(1) }
        if bytes.count < 8 { return .incomplete }
        let instruction = bytes[instructionIndex]
        // Our own instructions come back where the adapter echoes.
        if direction == .toHost, instruction != Instruction.status { return .garbage(1) }
        if bytes.count < end { return .incomplete }
        let sum = DynamixelChecksum.of(UnsafeBufferPointer(rebasing: bytes[..<(end - 2)]))
        guard sum == UInt16(bytes[end - 2]) | UInt16(bytes[end - 1]) << 8 else { return .badSum }
        let isFast = direction == .toHost && id == Instruction.broadcast
        let hasError = direction == .toHost && !isFast
        let first = instructionIndex + (hasError ? 2 : 1)
        return .frame(
            ServoFrame(
                id: id,
                instruction: instruction,
                error: hasError ? bytes[instructionIndex + 1] : 0,
                count: end - 2 - first
            ),
            length: end,
            parameters: first..<end - 2
        )
    }

    /// Takes the stuffing out of `bytes`, from the instruction on to the last parameter, in place.
    ///
    /// - Returns: How many bytes are left; nil when a header stands within them: a sender that does
    ///   not stuff, or a packet cut short by the next.
    static func unstuff(_ bytes: UnsafeMutableBufferPointer<UInt8>) -> Int? {
        var kept = 0
        var index = 0
        while index < bytes.count {
            bytes[kept] = bytes[index]
            kept += 1
            index += 1
            guard kept >= 3, bytes[kept - 3] == 0xFF, bytes[kept - 2] == 0xFF,
                bytes[kept - 1] == 0xFD
            else { continue }
            guard index < bytes.count, bytes[index] == 0xFD else { return nil }
            index += 1
        }
        return kept
    }

    /// Stuffs `count` bytes in place.
    ///
    /// - Parameters:
    ///   - bytes: The bytes from the instruction on, with room behind them.
    ///   - count: How many there are.
    /// - Returns: How many there are now; nil when there is too little room.
    static func stuff(_ bytes: UnsafeMutableBufferPointer<UInt8>, count: Int) -> Int? {
        var extra = 0
        for index in stride(from: 2, to: count, by: 1) where isHeader(bytes, endingAt: index) {
            extra += 1
        }
        guard count + extra <= bytes.count else { return nil }
        var to = count + extra
        var from = count
        while to > from {
            from -= 1
            if from >= 2, isHeader(bytes, endingAt: from) {
                to -= 1
                bytes[to] = 0xFD
            }
            to -= 1
            bytes[to] = bytes[from]
        }
        return count + extra
    }

    private static func isHeader(
        _ bytes: UnsafeMutableBufferPointer<UInt8>,
        endingAt index: Int
    ) -> Bool {
        bytes[index] == 0xFD && bytes[index - 1] == 0xFF && bytes[index - 2] == 0xFF
    }
}
