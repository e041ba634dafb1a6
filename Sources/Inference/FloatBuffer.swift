/// Floats at a fixed address: the memory of a workspace, allocated once.
///
/// Not for sharing between threads; a workspace belongs to one loop.
public final class FloatBuffer {
    /// The first element.
    public let base: UnsafeMutablePointer<Float>
    /// The number of elements.
    public let count: Int

    /// Allocates zeros, from a cache line on.
    public init(count: Int) {
        self.count = count
        let capacity = max(count, 1)
        base =
            UnsafeMutableRawPointer
            .allocate(
                byteCount: capacity * MemoryLayout<Float>.stride,
                alignment: WeightArena.alignment
            )
            .bindMemory(to: Float.self, capacity: capacity)
        base.initialize(repeating: 0, count: capacity)
    }

    deinit { base.deallocate() }

    /// The elements, for copying in and out.
    public var values: UnsafeMutableBufferPointer<Float> {
        UnsafeMutableBufferPointer(start: base, count: count)
    }
}
