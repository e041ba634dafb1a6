public import Diagnostics
public import Inference
import Spatial

/// What storing a policy's weights in fewer bytes costs: the distance of its normalised actions from
/// those with float32 weights, on inputs drawn from the ranges that its normalisation declares.
public struct WeightAccuracy: Equatable, Sendable {
    /// How the weights were stored.
    public let format: WeightFormat
    /// Bytes of the weights that a plan reads.
    public let weightBytes: Double
    /// Root of the summed squares of the differences over that of the actions, all inputs together.
    public let relativeNorm: Double
    /// The largest difference of one number, in normalised actions.
    public let largest: Double

    /// How many inputs are drawn.
    public static let inputs = 32
    /// Keeps the draws apart from other draws of the same seed ("accuracy").
    private static let stream: UInt64 = 0x6163_6375_7261_6379

    /// Measures every format, float32 first.
    ///
    /// - Throws: `InputError` as for loading the policy.
    public static func all(directory: String) throws(InputError) -> [WeightAccuracy] {
        let (reference, _) = try actions(directory: directory, format: .float32)
        let norm = reference.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
        var results: [WeightAccuracy] = []
        for format in WeightFormat.allCases {
            let (actions, bytes) = try actions(directory: directory, format: format)
            let differences = zip(actions, reference).map { Double($0) - Double($1) }
            let distance = differences.reduce(0) { $0 + $1 * $1 }.squareRoot()
            results.append(
                WeightAccuracy(
                    format: format,
                    weightBytes: bytes,
                    relativeNorm: norm > 0 ? distance / norm : distance,
                    largest: differences.reduce(0) { max($0, abs($1)) }
                )
            )
        }
        return results
    }

    private static func actions(
        directory: String,
        format: WeightFormat
    ) throws(InputError) -> (values: [Float], weightBytes: Double) {
        let model = try UNetModel(directory: directory, format: format)
        let evaluation = NetworkEvaluation(model: model, candidates: 1)
        var random = RandomStream(seed: 0, stream: stream)
        var values: [Float] = []
        for _ in 0..<inputs {
            draw(&random, model, into: evaluation)
            evaluation.run()
            values += Array(evaluation.actions.values)
        }
        return (values, evaluation.cost.weightBytes)
    }

    /// Points and states that normalise to numbers between -1 and 1, and standard normal noise.
    private static func draw(
        _ random: inout RandomStream,
        _ model: UNetModel,
        into evaluation: NetworkEvaluation
    ) {
        func fill(_ buffer: FloatBuffer, _ normalisation: Normalisation) {
            for i in 0..<buffer.count {
                let dimension = i % normalisation.scale.count
                let normalised = Float(random.uniform(in: -1...1))
                buffer.base[i] =
                    (normalised - normalisation.offset[dimension]) / normalisation.scale[dimension]
            }
        }
        let manifest = model.manifest
        fill(evaluation.cloud, manifest.cloud.inputNormalisation)
        fill(evaluation.state, manifest.stateNormalisation)
        for i in 0..<evaluation.earlierFeatures.count {
            evaluation.earlierFeatures.base[i] = Float(random.uniform(in: -1...1))
        }
        for i in 0..<evaluation.noise.count { evaluation.noise.base[i] = Float(random.normal()) }
    }
}
