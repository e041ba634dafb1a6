/// Sequences of feature vectors, one row a step, between rows of zeros: one sequence a candidate.
///
/// The zero rows let a convolution run as one matrix product over an overlapping view; neighbouring
/// sequences share them. Rows have an even width, so that numbers can be read in pairs; a number
/// behind an odd last channel stays zero. Layers write only the steps' channels.
public final class SequenceBuffer {
    /// Zero rows before the first and behind the last step; enough for kernels up to 5 wide.
    public static let padding = 2

    /// The number of sequences.
    public let candidates: Int
    /// The number of steps of each.
    public let steps: Int
    /// The numbers in a row.
    public let channels: Int
    /// Numbers from one row to the next.
    public let stride: Int
    private let storage: FloatBuffer

    /// Allocates zeros.
    public init(candidates: Int = 1, steps: Int, channels: Int) {
        self.candidates = candidates
        self.steps = steps
        self.channels = channels
        stride = Self.stride(channels: channels)
        storage = FloatBuffer(
            count: (candidates * (steps + Self.padding) + Self.padding) * stride
        )
    }

    /// Numbers from one row to the next where a row has so many.
    static func stride(channels: Int) -> Int { (channels + 1) / 2 * 2 }

    /// Numbers from one sequence to the next.
    public var candidateStride: Int { (steps + Self.padding) * stride }

    /// Row `step` of a sequence; from `-padding` to `steps + padding - 1`.
    public func row(_ step: Int, candidate: Int = 0) -> UnsafeMutablePointer<Float> {
        storage.base + start(step) + candidate * candidateStride
    }

    /// Where a row of the first sequence begins in ``numbers``.
    func start(_ step: Int) -> Int { (step + Self.padding) * stride }

    /// Everything, padding included.
    var numbers: UnsafeBufferPointer<Float> {
        UnsafeBufferPointer(start: storage.base, count: storage.count)
    }

    /// Copies one sequence in.
    ///
    /// - Parameters:
    ///   - values: Shape `[steps, channels]`.
    ///   - candidate: Which sequence.
    public func load(_ values: UnsafePointer<Float>, candidate: Int = 0) {
        for step in 0..<steps {
            row(step, candidate: candidate).update(from: values + step * channels, count: channels)
        }
    }

    /// Copies one sequence out, shape `[steps, channels]`.
    public func values(candidate: Int = 0) -> [Float] {
        (0..<steps).flatMap { step in
            Array(UnsafeBufferPointer(start: row(step, candidate: candidate), count: channels))
        }
    }
}
