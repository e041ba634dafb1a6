internal import CKernels
public import Diagnostics

/// Group norm of each sequence by itself: each group of channels, over all steps, gets zero mean and unit
/// variance; then scale and shift per channel.
public struct GroupNorm: Sendable {
    /// Width of a row.
    public let channels: Int
    /// Groups of equal width.
    public let groups: Int
    private let scale: [Float]
    private let shift: [Float]
    private let kernels: Kernels

    /// Loads `name.weight` and `name.bias`.
    ///
    /// - Precondition: `groups` divides `channels`.
    public init(
        _ name: String,
        channels: Int,
        groups: Int,
        from store: inout WeightStore
    ) throws(InputError) {
        precondition(channels % groups == 0, "groups must divide the channels")
        self.channels = channels
        self.groups = groups
        scale = try store.take("\(name).weight", shape: [channels]).values
        shift = try store.take("\(name).bias", shape: [channels]).values
        kernels = try Kernels.selected()
    }

    /// Normalises in place, and does what follows in the same pass.
    ///
    /// - Parameters:
    ///   - x: `channels` wide, any number of candidates.
    ///   - thenMish: Whether to apply Mish to the result.
    ///   - film: Numbers to multiply by and then numbers to add, `channels` each, the same for all candidates, after Mish.
    ///   - residual: What to add last; of the shape of `x`.
    public func forward(
        _ x: SequenceBuffer,
        thenMish: Bool = false,
        film: UnsafePointer<Float>? = nil,
        adding residual: SequenceBuffer? = nil
    ) {
        assert(x.channels == channels)
        assert(residual.map { $0.steps == x.steps && $0.channels == channels } ?? true)
        assert(residual.map { $0.candidates == x.candidates } ?? true)
        scale.withUnsafeBufferPointer { scale in
            shift.withUnsafeBufferPointer { shift in
                var job = ck_group_norm(
                    x: x.row(0),
                    sequences: Int64(x.candidates),
                    sequence_stride: Int64(x.candidateStride),
                    stride: Int64(x.stride),
                    steps: Int64(x.steps),
                    channels: Int64(channels),
                    groups: Int64(groups),
                    scale: scale.baseAddress,
                    shift: shift.baseAddress,
                    epsilon: LayerNorm.epsilon,
                    then_mish: thenMish ? 1 : 0,
                    film: film,
                    residual: residual.map { UnsafePointer($0.row(0)) }
                )
                kernels.table.pointee.group_norm(&job)
            }
        }
    }
}
