/// CRC-16/BUYPASS, the checksum of Dynamixel protocol 2.0: polynomial 0x8005, from 0, highest bit
/// first, over all bytes of the packet before it.
public enum DynamixelChecksum {
    /// The remainders of all single bytes.
    private static let table: [UInt16] = (0..<256).map { byte in
        var rest = UInt16(byte) << 8
        for _ in 0..<8 { rest = rest & 0x8000 != 0 ? rest << 1 ^ 0x8005 : rest << 1 }
        return rest
    }

    /// The checksum of `bytes`, going on from `start`.
    public static func of(_ bytes: UnsafeBufferPointer<UInt8>, from start: UInt16 = 0) -> UInt16 {
        table.withUnsafeBufferPointer { table in
            var sum = start
            for byte in bytes { sum = sum << 8 ^ table[Int(UInt8(sum >> 8) ^ byte)] }
            return sum
        }
    }
}
