import CZlib

/// CRC-32 as zlib has it, by zlib.
enum Checksum {
    /// The checksum of bytes, or of bytes behind others whose checksum is `previous`.
    static func crc32(_ bytes: UnsafeRawBufferPointer, after previous: UInt32 = 0) -> UInt32 {
        guard let base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else {
            return previous
        }
        return UInt32(truncatingIfNeeded: crc32_z(UInt(previous), base, bytes.count))
    }

    static func crc32(_ bytes: some Collection<UInt8>, after previous: UInt32 = 0) -> UInt32 {
        bytes.withContiguousStorageIfAvailable {
            crc32(UnsafeRawBufferPointer($0), after: previous)
        } ?? Array(bytes).withUnsafeBytes { crc32($0, after: previous) }
    }
}
