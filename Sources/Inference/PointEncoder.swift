internal import CKernels
public import Diagnostics

/// Encodes a point cloud as one vector: per-point layers, maximum over the points, projection.
///
/// Each per-point layer is linear, layer norm, ReLU. The result does not depend on the order of
/// the points, nor on how often one is repeated. Source: DP3, arXiv 2403.03954.
public struct PointEncoder: Sendable {
    /// Numbers per point.
    public let inputs: Int
    /// Width of the result.
    public let outputs: Int
    private let layers: [Linear]
    private let norms: [LayerNorm]
    private let projection: Linear
    private let projectionNorm: LayerNorm
    private let kernels: Kernels
    /// The widest activation of a point.
    private let widest: Int

    /// Points taken through all layers at a time, so that their activations stay in cache.
    static let blockPoints = 32

    /// Loads `name.layers.i.{linear,norm}` and `name.projection.{linear,norm}`.
    ///
    /// - Parameters:
    ///   - name: The prefix of the tensors' names.
    ///   - inputs: Numbers per point.
    ///   - widths: Widths of the per-point layers; at least one.
    ///   - outputs: Width of the result.
    ///   - normalisation: Of a point; it becomes a part of the first layer.
    ///   - store: The weights.
    public init(
        _ name: String,
        inputs: Int,
        widths: [Int],
        outputs: Int,
        normalising normalisation: Normalisation? = nil,
        from store: inout WeightStore
    ) throws(InputError) {
        guard let last = widths.last, let widest = widths.max() else {
            preconditionFailure("a point encoder has at least one layer")
        }
        (self.inputs, self.outputs, self.widest) = (inputs, outputs, widest)
        var layers: [Linear] = []
        var norms: [LayerNorm] = []
        var width = inputs
        for (i, next) in widths.enumerated() {
            let layer = "\(name).layers.\(i)"
            let linear = "\(layer).linear"
            if i == 0, let normalisation {
                layers.append(
                    try Linear(
                        linear,
                        inputs: width,
                        outputs: next,
                        normalising: normalisation,
                        from: &store
                    )
                )
            } else {
                layers.append(try Linear(linear, inputs: width, outputs: next, from: &store))
            }
            norms.append(try LayerNorm("\(layer).norm", width: next, from: &store))
            width = next
        }
        (self.layers, self.norms) = (layers, norms)
        projection = try Linear(
            "\(name).projection.linear",
            inputs: last,
            outputs: outputs,
            from: &store
        )
        kernels = try Kernels.selected()
        projectionNorm = try LayerNorm("\(name).projection.norm", width: outputs, from: &store)
    }

    /// What one cloud costs.
    public func cost(points: Int) -> PlanCost {
        layers.reduce(projection.cost) { $0 + $1.cost.times(points) }
    }

    /// Scratch of the encoder, for any number of points.
    public func makeWorkspace() -> PointEncoderWorkspace {
        PointEncoderWorkspace(
            activations: Self.blockPoints * max(widest, inputs),
            pooled: layers.last?.outputs ?? 0
        )
    }

    /// Encodes a cloud.
    ///
    /// - Parameters:
    ///   - cloud: Shape `[points, inputs]`; at least one point.
    ///   - points: The number of points.
    ///   - workspace: Scratch.
    ///   - output: `outputs` numbers.
    public func forward(
        _ cloud: UnsafePointer<Float>,
        points: Int,
        workspace: PointEncoderWorkspace,
        into output: UnsafeMutablePointer<Float>
    ) {
        let pooled = workspace.pooled
        pooled.values.update(repeating: -.infinity)
        var first = 0
        while first < points {
            let rows = min(Self.blockPoints, points - first)
            var input = cloud + first * inputs
            var (next, spare) = (workspace.front.base, workspace.back.base)
            for (layer, norm) in zip(layers, norms) {
                layer.forward(input, rows: rows, into: next, workspace: workspace.product)
                norm.forward(next, rows: rows, thenReLU: true)
                input = UnsafePointer(next)
                swap(&next, &spare)
            }
            kernels.table.pointee.maximum(
                input,
                Int64(rows),
                Int64(pooled.count),
                pooled.base
            )
            first += rows
        }
        projection.forward(pooled.base, rows: 1, into: output, workspace: workspace.product)
        projectionNorm.forward(output, rows: 1)
    }
}

/// Scratch of a point encoder.
public final class PointEncoderWorkspace {
    let front: FloatBuffer
    let back: FloatBuffer
    let pooled: FloatBuffer
    let product: ProductWorkspace

    init(activations: Int, pooled: Int) {
        front = FloatBuffer(count: activations)
        back = FloatBuffer(count: activations)
        self.pooled = FloatBuffer(count: pooled)
        product = ProductWorkspace(inputs: max(activations, pooled))
    }
}
