import Synchronization

/// A single-producer single-consumer ring of byte frames of any length, allocated once.
///
/// The producer never waits: where a frame does not fit, it is told so.
final class FrameRing: @unchecked Sendable {
    // Unchecked: bytes are written by one thread and read by one other, ordered by the two counters.
    private let bytes: UnsafeMutableRawBufferPointer
    private let mask: Int
    /// Bytes ever written and ever consumed; a frame lies at its count modulo the capacity.
    private let written = Atomic<Int>(0)
    private let consumed = Atomic<Int>(0)

    /// Before each frame: its length and its kind; a length of -1 skips to the ring's start.
    private static let headerSize = 128
    /// Frames begin at multiples of this, which suits every vector type.
    private static let alignment = 128

    /// Creates a ring for `capacity` bytes, a power of two.
    init(capacity: Int) {
        precondition(capacity >= 1 << 10 && capacity & (capacity - 1) == 0, "a power of two")
        bytes = .allocate(byteCount: capacity, alignment: Self.alignment)
        // Touched here, so that no page is first touched in the loop.
        bytes.initializeMemory(as: UInt8.self, repeating: 0)
        mask = capacity - 1
    }

    deinit { bytes.deallocate() }

    /// Whether nothing waits to be read.
    var isEmpty: Bool {
        consumed.load(ordering: .acquiring) == written.load(ordering: .acquiring)
    }

    /// Appends a frame; producer only.
    ///
    /// - Parameters:
    ///   - kind: What it is.
    ///   - count: Its length in bytes.
    ///   - fill: Writes all of it.
    /// - Returns: Whether there was room.
    func write(kind: UInt32, count: Int, _ fill: (UnsafeMutableRawBufferPointer) -> Void) -> Bool {
        let size = Self.headerSize + (count + Self.alignment - 1) & ~(Self.alignment - 1)
        let capacity = mask + 1
        var at = written.load(ordering: .relaxed)
        let free = capacity - (at - consumed.load(ordering: .acquiring))
        let toEnd = capacity - at & mask
        guard size <= (size <= toEnd ? free : free - toEnd) else { return false }
        if size > toEnd {
            bytes.storeBytes(of: -1, toByteOffset: at & mask, as: Int.self)
            at += toEnd
        }
        let offset = at & mask
        bytes.storeBytes(of: count, toByteOffset: offset, as: Int.self)
        bytes.storeBytes(of: kind, toByteOffset: offset + 8, as: UInt32.self)
        let start = offset + Self.headerSize
        fill(UnsafeMutableRawBufferPointer(rebasing: bytes[start..<start + count]))
        written.store(at + size, ordering: .releasing)
        return true
    }

    /// Takes the oldest frame; consumer only.
    ///
    /// - Returns: Whether there was one.
    func read(_ body: (UInt32, UnsafeRawBufferPointer) -> Void) -> Bool {
        var at = consumed.load(ordering: .relaxed)
        guard at < written.load(ordering: .acquiring) else { return false }
        var count = bytes.load(fromByteOffset: at & mask, as: Int.self)
        if count < 0 {
            at += mask + 1 - at & mask
            count = bytes.load(fromByteOffset: at & mask, as: Int.self)
        }
        let offset = at & mask
        let kind = bytes.load(fromByteOffset: offset + 8, as: UInt32.self)
        let start = offset + Self.headerSize
        body(kind, UnsafeRawBufferPointer(rebasing: bytes[start..<start + count]))
        let size = Self.headerSize + (count + Self.alignment - 1) & ~(Self.alignment - 1)
        consumed.store(at + size, ordering: .releasing)
        return true
    }
}
