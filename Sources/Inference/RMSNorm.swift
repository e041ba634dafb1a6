internal import CKernels
public import Diagnostics

/// Root-mean-square norm over each row: `x / √(mean(x²) + ε)`, then a scale per column.
///
/// Source: Zhang and Sennrich, arXiv 1910.07467.
public struct RMSNorm: Sendable {
    /// Width of a row.
    public let width: Int
    /// Added to the mean square.
    public let epsilon: Float
    private let scale: [Float]
    private let kernels: Kernels

    /// Loads `name.weight`.
    ///
    /// - Parameter epsilon: What the network was trained with; PyTorch's default is 2⁻²³.
    public init(
        _ name: String,
        width: Int,
        epsilon: Float,
        from store: inout WeightStore
    ) throws(InputError) {
        (self.width, self.epsilon) = (width, epsilon)
        scale = try store.take("\(name).weight", shape: [width]).values
        kernels = try Kernels.selected()
    }

    /// Normalises rows of shape `[rows, width]` into `y`, which may be `x`.
    public func forward(
        _ x: UnsafePointer<Float>,
        rows: Int,
        into y: UnsafeMutablePointer<Float>
    ) {
        scale.withUnsafeBufferPointer { scale in
            var job = ck_rms_norm(
                x: x,
                x_stride: Int64(width),
                y: y,
                y_stride: Int64(width),
                rows: Int64(rows),
                width: Int64(width),
                scale: scale.baseAddress,
                epsilon: epsilon
            )
            kernels.table.pointee.rms_norm(&job)
        }
    }
}
