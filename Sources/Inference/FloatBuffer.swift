/// Floats at a fixed address: the memory of a workspace, allocated once.
///
/// Not for sharing between threads; a workspace belongs to one loop.
public final class FloatBuffer {
    /// The first element.
    public let base: UnsafeMutablePointer<Float>
    /// The number of elements.
    public let count: Int

    /// Allocates zeros.
    public init(count: Int) {
        self.count = count
        base = .allocate(capacity: max(count, 1))
        base.initialize(repeating: 0, count: max(count, 1))
    }

    deinit { base.deallocate() }

    /// The elements, for copying in and out.
    public var values: UnsafeMutableBufferPointer<Float> {
        UnsafeMutableBufferPointer(start: base, count: count)
    }
}

/// A sequence of feature vectors, one row a step, between rows of zeros.
///
/// The zero rows let a convolution run as one matrix product over an overlapping view. Layers
/// write only the steps, so that the padding stays zero.
public final class SequenceBuffer {
    /// Zero rows before the first and behind the last step; enough for kernels up to 5 wide.
    public static let padding = 2

    /// The number of steps.
    public let steps: Int
    /// The width of a row.
    public let channels: Int
    private let storage: FloatBuffer

    /// Allocates zeros.
    public init(steps: Int, channels: Int) {
        self.steps = steps
        self.channels = channels
        storage = FloatBuffer(count: (steps + 2 * Self.padding) * channels)
    }

    /// Row `step`; from `-padding` to `steps + padding - 1`.
    public func row(_ step: Int) -> UnsafeMutablePointer<Float> {
        storage.base + (step + Self.padding) * channels
    }

    /// The rows of all steps, shape `[steps, channels]`.
    public var values: UnsafeMutableBufferPointer<Float> {
        UnsafeMutableBufferPointer(start: row(0), count: steps * channels)
    }
}
