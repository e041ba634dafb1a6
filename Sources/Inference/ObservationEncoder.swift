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
    public init(
        _ name: String,
        shape: NetworkShape,
        from store: inout WeightStore
    ) throws(InputError) {
        self.shape = shape
        points = try PointEncoder(
            "\(name).points",
            inputs: shape.cloudWidth,
            widths: shape.pointWidths,
            outputs: shape.pointFeatures,
            from: &store
        )
        stateFirst = try Linear(
            "\(name).state.first",
            inputs: shape.stateWidth,
            outputs: shape.stateFeatures,
            from: &store
        )
        stateSecond = try Linear(
            "\(name).state.second",
            inputs: shape.stateFeatures,
            outputs: shape.stateFeatures,
            from: &store
        )
    }

    /// Scratch of the encoder.
    public func makeWorkspace() -> ObservationEncoderWorkspace {
        ObservationEncoderWorkspace(
            points: points.makeWorkspace(),
            state: FloatBuffer(count: shape.stateFeatures)
        )
    }

    /// Encodes one step.
    ///
    /// - Parameters:
    ///   - cloud: Shape `[points, cloudWidth]`, normalised.
    ///   - points: At least 1.
    ///   - state: `stateWidth` numbers, normalised.
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
        stateFirst.forward(state, rows: 1, into: workspace.state.base)
        applyReLU(workspace.state.values)
        stateSecond.forward(workspace.state.base, rows: 1, into: output + shape.pointFeatures)
    }
}

/// Scratch of an observation encoder.
public final class ObservationEncoderWorkspace {
    let points: PointEncoderWorkspace
    let state: FloatBuffer

    init(points: PointEncoderWorkspace, state: FloatBuffer) {
        self.points = points
        self.state = state
    }
}
