public import Diagnostics
public import Inference

/// The network of one plan alone, on numbers given as they are: what benchmarks set beside other
/// runtimes.
///
/// A run does what a plan does between packing an observation and unpacking actions: encodes one
/// cloud and state, joins the features with those of the earlier steps, and samples normalised actions
/// from noise for every candidate. Does not allocate.
public final class NetworkEvaluation {
    /// Shape `[points, cloudWidth]`, not normalised.
    public let cloud: FloatBuffer
    /// `stateWidth` numbers, not normalised.
    public let state: FloatBuffer
    /// Encoded features of the earlier observation steps, oldest first.
    public let earlierFeatures: FloatBuffer
    /// Standard normal, shape `[candidates, horizon, actionWidth]`.
    public let noise: FloatBuffer
    /// Receives normalised actions, laid out as the noise.
    public let actions: FloatBuffer
    /// What a run costs.
    public let cost: PlanCost

    private let model: UNetModel
    private let points: Int
    private let encoding: ObservationEncoderWorkspace
    private let workspace: UNetWorkspace
    private let condition: FloatBuffer

    /// Allocates everything; inputs are zeros.
    ///
    /// - Parameters:
    ///   - model: The network.
    ///   - candidates: Chunks computed at once, at least 1.
    ///   - partner: A second thread for big products.
    public init(model: UNetModel, candidates: Int, partner: ProductPartner? = nil) {
        let shape = model.manifest.network
        self.model = model
        points = model.manifest.cloud.points
        cloud = FloatBuffer(count: points * shape.cloudWidth)
        state = FloatBuffer(count: shape.stateWidth)
        earlierFeatures = FloatBuffer(count: shape.conditionWidth - shape.stepFeatures)
        noise = FloatBuffer(count: candidates * shape.horizon * shape.actionWidth)
        actions = FloatBuffer(count: noise.count)
        condition = FloatBuffer(count: shape.conditionWidth)
        encoding = model.encoder.makeWorkspace()
        workspace = UNetWorkspace(model.unet, candidates: candidates, partner: partner)
        cost = model.cost(candidates: candidates)
    }

    /// Computes ``actions``.
    public func run() {
        let earlier = earlierFeatures.count
        condition.base.update(from: earlierFeatures.base, count: earlier)
        model.encoder.forward(
            cloud: cloud.base,
            points: points,
            state: state.base,
            workspace: encoding,
            into: condition.base + earlier
        )
        applyMish(condition.values)
        model.unet.observe(condition.base, workspace: workspace)
        actions.base.update(from: noise.base, count: noise.count)
        model.manifest.sampler.sample(actions.values, model.unet, workspace: workspace)
    }
}

extension NetworkEvaluation {
    /// Fills the inputs from a file with the tensors `cloud`, `state`, `earlier_features` and
    /// `noise`, of the shapes of the buffers.
    ///
    /// - Throws: `InputError` naming the file and the tensor.
    public func load(_ file: SafetensorsFile) throws(InputError) {
        let inputs = [
            ("cloud", cloud), ("state", state), ("earlier_features", earlierFeatures),
            ("noise", noise),
        ]
        for (name, buffer) in inputs where buffer.count > 0 {
            let values = try file.tensor(name).values
            guard values.count == buffer.count else {
                throw InputError(
                    file: file.path,
                    key: name,
                    expected: "\(buffer.count) numbers",
                    found: "\(values.count)"
                )
            }
            buffer.base.update(from: values, count: values.count)
        }
    }
}
