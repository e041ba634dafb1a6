internal import Foundation

/// Memory for one network's packed weights, handed out in the order of loading and freed together.
///
/// A plan reads every weight once, and between plans the world evicts them; in huge pages that
/// reading misses the address cache far less often. Used by one thread, while loading.
final class WeightArena {
    /// Where every allocation begins: a cache line, and the widest vector.
    static let alignment = 64
    private static let hugePage = 2 << 20

    private let chunk: Int
    private var chunks: [UnsafeMutableRawPointer] = []
    private var next: UnsafeMutableRawPointer?
    private var left = 0

    /// Creates an empty arena.
    ///
    /// - Parameter chunk: Bytes to ask the system for at a time; with 0, as many as are wanted.
    init(chunk: Int = 4 << 20) {
        self.chunk = chunk
    }

    deinit {
        for chunk in chunks { chunk.deallocate() }
    }

    /// Uninitialised memory that lives as long as the arena.
    func allocate(bytes: Int) -> UnsafeMutableRawPointer {
        let wanted = Self.rounded(max(1, bytes), to: Self.alignment)
        if wanted <= left, let start = next {
            next = start + wanted
            left -= wanted
            return start
        }
        let size = max(wanted, chunk)
        let start =
            size < Self.hugePage
            ? UnsafeMutableRawPointer.allocate(byteCount: size, alignment: Self.alignment)
            : Self.allocateHuge(size)
        chunks.append(start)
        // The larger rest serves what comes next.
        if size - wanted > left { (next, left) = (start + wanted, size - wanted) }
        return start
    }

    private static func allocateHuge(_ size: Int) -> UnsafeMutableRawPointer {
        let whole = rounded(size, to: hugePage)
        let start = UnsafeMutableRawPointer.allocate(byteCount: whole, alignment: hugePage)
        #if os(Linux)
            // Advice: where it is refused, small pages serve as well.
            _ = madvise(start, whole, MADV_HUGEPAGE)
        #endif
        return start
    }

    private static func rounded(_ size: Int, to unit: Int) -> Int {
        (size + unit - 1) / unit * unit
    }
}
