public import Diagnostics
import Inference

/// A loaded critic: how good it is to take an action in an observation.
///
/// Immutable and shared. The observation is encoded once; each candidate then costs the heads alone. A head's first layer is
/// split into the observation's part and the action's, so that the former too is computed once.
/// Q-values are those of Cal-QL (arXiv 2303.05479), used as V-GPS does (arXiv 2410.13816): minus the
/// discounted number of policy steps to success.
public final class CriticModel: Sendable {
    /// What `critic.json` says.
    public let manifest: CriticManifest
    let encoder: ObservationEncoder
    let heads: [Head]
    let activation: Activation

    /// One member of the ensemble.
    struct Head: Sendable {
        let observation: Linear
        let action: Linear
        /// From the second hidden layer to the value.
        let layers: [Linear]
    }

    /// Loads a critic's directory.
    ///
    /// - Throws: `InputError` naming file and key or tensor.
    public init(directory: String) throws(InputError) {
        let manifest = try CriticManifest(directory: directory)
        let file = try manifest.weights.open(in: directory, saidBy: "critic.json")
        var store = WeightStore(file, format: manifest.weights.format)
        encoder = try ObservationEncoder(
            "encoder",
            shape: manifest.encoder,
            normalising: manifest.cloud.inputNormalisation,
            state: manifest.stateNormalisation,
            from: &store
        )
        var heads: [Head] = []
        for index in 0..<manifest.heads {
            heads.append(try Self.head("heads.\(index)", manifest, from: &store))
        }
        self.heads = heads
        activation = try Activation(.silu)
        try store.requireAllTaken()
        self.manifest = manifest
    }

    private static func head(
        _ name: String,
        _ manifest: CriticManifest,
        from store: inout WeightStore
    ) throws(InputError) -> Head {
        let widths = manifest.headWidths
        let normalisation = manifest.actionNormalisation
        let action = try Linear(
            "\(name).action",
            inputs: manifest.actions * manifest.actionNames.count,
            outputs: widths[0],
            normalising: Normalisation(
                scale: (0..<manifest.actions).flatMap { _ in normalisation.scale },
                offset: (0..<manifest.actions).flatMap { _ in normalisation.offset }
            ),
            from: &store
        )
        let observation = try Linear(
            "\(name).observation",
            inputs: manifest.encoder.stepFeatures,
            outputs: widths[0],
            from: &store
        )
        var layers: [Linear] = []
        for (index, width) in (widths.dropFirst() + [1]).enumerated() {
            layers.append(
                try Linear(
                    "\(name).layers.\(index)",
                    inputs: widths[index],
                    outputs: width,
                    from: &store
                )
            )
        }
        return Head(observation: observation, action: action, layers: layers)
    }
}
