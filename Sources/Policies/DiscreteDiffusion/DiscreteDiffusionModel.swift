public import Diagnostics
public import Inference
import Robots
import Runtime

/// A loaded discrete-diffusion policy: manifest, words and weights, immutable and shared between loops.
public final class DiscreteDiffusionModel: Sendable {
    /// What `policy.json` says.
    public let manifest: DiscreteDiffusionManifest
    /// The words it knows.
    public let vocabulary: Vocabulary
    /// The network.
    public let network: LanguageActionNetwork
    /// How the weights lie in memory.
    public let format: WeightFormat

    /// Loads a policy's directory.
    ///
    /// - Parameters:
    ///   - directory: Where `policy.json` lies.
    ///   - format: How to store the weights; as the file does by default.
    /// - Throws: `InputError` naming file and key or tensor: anything missing, unexpected,
    ///   mis-shaped, not finite, or words or weights that are not the ones that were exported.
    public init(directory: String, format: WeightFormat? = nil) throws(InputError) {
        var manifest = try DiscreteDiffusionManifest(directory: directory)
        vocabulary = try Self.vocabulary(of: manifest, in: directory)
        manifest.network.vocabulary = vocabulary.count
        self.manifest = manifest
        self.format = format ?? manifest.weights.format
        var store = WeightStore(try manifest.weights.open(in: directory), format: self.format)
        network = try LanguageActionNetwork(shape: manifest.network, from: &store)
        try store.requireAllTaken()
    }

    private static func vocabulary(
        of manifest: DiscreteDiffusionManifest,
        in directory: String
    ) throws(InputError) -> Vocabulary {
        let path: String
        do {
            path = try InputFile.path(of: manifest.vocabularyFile, inside: directory)
        } catch {
            throw error.inFile(directory + "/" + manifest.vocabularyFile)
        }
        let json = Array(try InputFile.text(atPath: path).utf8)
        let hash = ContentHash.sha256(json)
        guard hash == manifest.vocabularySHA256 else {
            throw InputError(
                file: path,
                key: "vocabulary.sha256",
                expected: "\(manifest.vocabularySHA256), as policy.json says",
                found: hash
            )
        }
        return try Vocabulary(json: json, file: path)
    }

    /// What a whole plan costs: the observation, then each round.
    ///
    /// - Parameters:
    ///   - rounds: The rounds.
    ///   - views: Pictures of an observation.
    ///   - words: Words of the instruction.
    public func phases(rounds: Int, views: Int, words: Int = 8) -> [PlanCost] {
        let round = network.roundCost(words: words, views: views)
        var all = round
        all.flops *= Double(rounds)
        // Weights of a small network stay in the caches; they are counted once a round all the same.
        all.weightBytes *= Double(rounds)
        return [network.prefixCost(words: words, views: views), all]
    }
}
