public import Diagnostics
public import Inference
import Robots

/// A loaded policy of any ``PolicyManifest/Architecture``: manifest and weights, immutable and shared
/// between loops.
public final class UNetModel: Sendable {
    /// What `policy.json` says.
    public let manifest: PolicyManifest
    let encoder: ObservationEncoder
    let unet: UNet
    /// How the weights lie in memory.
    public let format: WeightFormat

    /// Loads a policy's directory.
    ///
    /// - Parameters:
    ///   - directory: Where `policy.json` lies.
    ///   - format: How to store the weights; as the file does by default.
    /// - Throws: `InputError` naming file and key or tensor: anything missing, unexpected,
    ///   mis-shaped, not finite, or weights that are not the ones that were exported.
    public init(directory: String, format: WeightFormat? = nil) throws(InputError) {
        let manifest = try PolicyManifest(directory: directory)
        let file = try manifest.weights.open(in: directory)
        self.format = format ?? manifest.weights.format
        var store = WeightStore(file, format: self.format)
        encoder = try ObservationEncoder(
            "encoder",
            shape: manifest.network,
            normalising: manifest.cloud.inputNormalisation,
            state: manifest.stateNormalisation,
            from: &store
        )
        unet = try UNet(
            "unet",
            shape: manifest.network,
            times: manifest.sampler.times,
            from: &store
        )
        try store.requireAllTaken()
        self.manifest = manifest
    }

    /// What a plan of so many candidates costs: one observation encoded, the earlier ones kept.
    public func cost(candidates: Int) -> PlanCost {
        phases(candidates: candidates).reduce(PlanCost(), +)
    }

    /// The same in its two phases, which follow each other: the encoder, and the rest.
    public func phases(candidates: Int) -> [PlanCost] {
        [
            encoder.cost(points: manifest.cloud.points),
            unet.cost(candidates: candidates, evaluations: manifest.sampler.evaluations),
        ]
    }
}
