public import Diagnostics

/// Encodes one observation step: the cloud's features, then the state's.
///
/// Steps are encoded alone, so that a policy can keep the features of the step before.
public struct ObservationEncoder: Sendable {
    private let points: PointEncoder
    private let stateFirst: Linear
    private let stateSecond: Linear
    private let shape: NetworkShape

    /// Loads `name.points` and `name.state.{first,second}`.
    ///
    /// - Parameters:
    ///   - name: The prefix of the tensors' names.
    ///   - shape: Widths.
    ///   - cloud: The normalisation of a point's numbers.
    ///   - state: The normalisation of the state.
    ///   - store: The weights.
    public init(
        _ name: String,
        shape: NetworkShape,
        normalising cloud: Normalisation,
        state: Normalisation,
        from store: inout WeightStore
    ) throws(InputError) {
        self.shape = shape
        points = try PointEncoder(
            "\(name).points",
            inputs: shape.cloudWidth,
            widths: shape.pointWidths,
            outputs: shape.pointFeatures,
            normalising: cloud,
            from: &store
        )
        stateFirst = try Linear(
            "\(name).state.first",
            inputs: shape.stateWidth,
            outputs: shape.stateFeatures,
            normalising: state,
            from: &store
        )
        stateSecond = try Linear(
            "\(name).state.second",
            inputs: shape.stateFeatures,
            outputs: shape.stateFeatures,
            from: &store
        )
    }

    /// What one step costs.
    public func cost(points count: Int) -> PlanCost {
        points.cost(points: count) + stateFirst.cost + stateSecond.cost
    }

    /// Scratch of the encoder.
    public func makeWorkspace() -> ObservationEncoderWorkspace {
        ObservationEncoderWorkspace(
            points: points.makeWorkspace(),
            state: FloatBuffer(count: shape.stateFeatures),
            product: ProductWorkspace(inputs: max(shape.stateWidth, shape.stateFeatures))
        )
    }

    /// Encodes one step.
    ///
    /// - Parameters:
    ///   - cloud: Shape `[points, cloudWidth]`, not normalised.
    ///   - points: At least 1.
    ///   - state: `stateWidth` numbers, not normalised.
    ///   - workspace: Scratch.
    ///   - output: `stepFeatures` numbers.
    public func forward(
        cloud: UnsafePointer<Float>,
        points count: Int,
        state: UnsafePointer<Float>,
        workspace: ObservationEncoderWorkspace,
        into output: UnsafeMutablePointer<Float>
    ) {
        points.forward(cloud, points: count, workspace: workspace.points, into: output)
        stateFirst.forward(state, rows: 1, into: workspace.state.base, workspace: workspace.product)
        applyReLU(workspace.state.values)
        stateSecond.forward(
            workspace.state.base,
            rows: 1,
            into: output + shape.pointFeatures,
            workspace: workspace.product
        )
    }
}

/// Scratch of an observation encoder.
public final class ObservationEncoderWorkspace {
    let points: PointEncoderWorkspace
    let state: FloatBuffer
    let product: ProductWorkspace

    init(points: PointEncoderWorkspace, state: FloatBuffer, product: ProductWorkspace) {
        self.points = points
        self.state = state
        self.product = product
    }
}
