internal import Robots

/// Packets of Feetech's STS series: `FF FF id length instruction|error parameters… sum`, with
/// `length` the parameters plus 2 and `sum` the complement of the sum of all bytes from `id` on.
///
/// Nothing is stuffed, so a header may occur within parameters: the checksum decides.
enum FeetechFraming {
    /// Bytes of a packet besides its parameters.
    static let overhead = 6

    /// What the bytes begin with; `bytes` is not empty.
    static func scan(_ bytes: UnsafeBufferPointer<UInt8>, _ direction: FrameDirection) -> FrameScan
    {
        if bytes[0] != 0xFF {
            return .garbage(bytes.firstIndex(of: 0xFF) ?? bytes.count)
        }
        if bytes.count < 2 { return .incomplete }
        if bytes[1] != 0xFF { return .garbage(2) }
        if bytes.count < 3 { return .incomplete }
        let id = bytes[2]
        guard id <= (direction == .toHost ? 0xFD : Instruction.broadcast) else {
            // A third FF: the header may begin one byte on.
            return .garbage(1)
        }
        if bytes.count < 4 { return .incomplete }
        let length = Int(bytes[3])
        guard length >= 2, length + 4 <= FrameLimit.feetech else { return .garbage(1) }
        if bytes.count < 5 { return .incomplete }
        let code = bytes[4]
        if direction == .toHost, code > 0x7F { return .garbage(1) }
        let end = length + 4
        if bytes.count < end { return .incomplete }
        guard checksum(UnsafeBufferPointer(rebasing: bytes[2..<end - 1])) == bytes[end - 1] else {
            return .badSum
        }
        return .frame(
            ServoFrame(
                id: id,
                instruction: direction == .toHost ? Instruction.status : code,
                error: direction == .toHost ? code : 0,
                count: length - 2
            ),
            length: end,
            parameters: 5..<end - 1
        )
    }

    /// The complement of the sum of `bytes`, from the id to the last parameter.
    static func checksum(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt8 {
        var sum: UInt8 = 0
        for byte in bytes { sum &+= byte }
        return ~sum
    }
}
