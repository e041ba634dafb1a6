internal import CKernels
public import Diagnostics

/// Layer norm over each row: zero mean, unit variance, then scale and shift.
public struct LayerNorm: Sendable {
    /// Width of a row.
    public let width: Int
    private let scale: [Float]
    private let shift: [Float]
    private let kernels: Kernels

    /// PyTorch's default.
    static let epsilon: Float = 1e-5

    /// Loads `name.weight` and `name.bias`.
    public init(
        _ name: String,
        width: Int,
        from store: inout WeightStore
    ) throws(InputError) {
        self.width = width
        scale = try store.take("\(name).weight", shape: [width]).values
        shift = try store.take("\(name).bias", shape: [width]).values
        kernels = try Kernels.selected()
    }

    /// Normalises rows of shape `[rows, width]` into `y`, which must not overlap `x`.
    public func forward(
        _ x: UnsafePointer<Float>,
        rows: Int,
        into y: UnsafeMutablePointer<Float>
    ) {
        y.update(from: x, count: rows * width)
        forward(y, rows: rows)
    }

    /// Normalises rows in place, shape `[rows, width]`; with `thenReLU` negative results become 0.
    public func forward(_ x: UnsafeMutablePointer<Float>, rows: Int, thenReLU: Bool = false) {
        scale.withUnsafeBufferPointer { scale in
            shift.withUnsafeBufferPointer { shift in
                var job = ck_layer_norm(
                    x: x,
                    rows: Int64(rows),
                    width: Int64(width),
                    scale: scale.baseAddress,
                    shift: shift.baseAddress,
                    epsilon: Self.epsilon,
                    then_relu: thenReLU ? 1 : 0
                )
                kernels.table.pointee.layer_norm(&job)
            }
        }
    }
}
