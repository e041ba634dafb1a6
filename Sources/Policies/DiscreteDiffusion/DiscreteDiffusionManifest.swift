public import Diagnostics
public import Inference
import Robots

/// The content of a discrete-diffusion policy's `policy.json`.
///
/// Nothing is guessed: a missing or unexpected key, unit or name is refused by name, and so is any
/// attention but the one that the network was trained with here.
public struct DiscreteDiffusionManifest: Equatable, Sendable {
    /// The name in `architecture`.
    public static let architecture = "discrete-diffusion"

    /// The name under which the policy is found.
    public let name: String
    /// How chunks are executed unless the user says otherwise.
    public let execute: String
    /// The file of words, beside `policy.json`.
    public let vocabularyFile: String
    /// Its SHA-256.
    public let vocabularySHA256: String
    /// What the numbers mean, for each robot and control; at least one.
    public let statistics: [EmbodimentStatistics]
    /// How chunks are decoded unless the user says otherwise.
    public let decoder: DecoderSettings
    /// The widths; the vocabulary's is 0 until the words are read.
    public internal(set) var network: LanguageActionShape
    /// The weight file.
    public let weights: PolicyManifest.Weights
    /// Where the weights come from.
    public let origin: PolicyManifest.Origin

    /// Reads `policy.json` in a directory.
    ///
    /// - Throws: `InputError` with file, line and key.
    public init(directory: String) throws(InputError) {
        let path = directory.hasSuffix("/") ? directory + "policy.json" : directory + "/policy.json"
        try self.init(json: Array(InputFile.text(atPath: path).utf8), file: path)
    }

    /// Reads the text of a `policy.json`.
    ///
    /// - Parameters:
    ///   - json: UTF-8 text.
    ///   - file: The file's name, for errors.
    public init(json: [UInt8], file: String) throws(InputError) {
        var root = try StrictObject(try JSONParser.parse(json, file: file), path: "", file: file)
        _ = try root.choice("format", of: [PolicyManifest.format])
        _ = try root.choice("architecture", of: [Self.architecture])
        // Whether what stands before the actions may see them is in no tensor's shape.
        _ = try root.choice("attention", of: ["prefix-lm"])
        name = try root.string("name")
        let horizon = try root.integer("horizon", in: 1...64)
        execute = try PolicyManifest.execution(&root, actions: horizon)
        var vocabulary = try root.object("vocabulary")
        vocabularyFile = try vocabulary.choice("file", of: ["vocabulary.json"])
        vocabularySHA256 = try PolicyManifest.hash(&vocabulary, "sha256")
        try vocabulary.requireAllTaken()
        statistics = try Self.statistics(&root)
        decoder = try DecoderSettings(&root)
        network = try Self.network(&root, horizon: horizon, statistics: statistics)
        weights = try PolicyManifest.weights(&root)
        origin = try PolicyManifest.origin(&root)
        try root.requireAllTaken()
    }

    private static func statistics(
        _ root: inout StrictObject
    ) throws(InputError) -> [EmbodimentStatistics] {
        var entries: [EmbodimentStatistics] = []
        for var object in try root.objects("statistics") {
            let entry = try EmbodimentStatistics(&object)
            guard !entries.contains(where: { $0.key == entry.key }) else {
                throw object.error("key", expected: "each key once", found: entry.key)
            }
            let width = entries.first?.actionNames.count ?? entry.actionNames.count
            guard entry.actionNames.count == width else {
                throw object.error(
                    "action",
                    expected: "\(width) numbers as in the first",
                    found: "\(entry.actionNames.count)"
                )
            }
            entries.append(entry)
        }
        guard !entries.isEmpty else {
            throw root.error("statistics", expected: "at least one", found: "none")
        }
        return entries
    }

    private static func network(
        _ root: inout StrictObject,
        horizon: Int,
        statistics: [EmbodimentStatistics]
    ) throws(InputError) -> LanguageActionShape {
        let size = try image(&root)
        var object = try root.object("network")
        let widths = 1...4096
        let shape = LanguageActionShape(
            vocabulary: 0,
            stateWidth: try object.integer("state_width", in: 1...256),
            actionWidth: statistics[0].actionNames.count,
            horizon: horizon,
            views: try object.integer("views", in: 1...4),
            imageSize: size,
            words: try object.integer("words", in: 1...256),
            width: try object.integer("width", in: widths),
            layers: try object.integer("layers", in: 1...64),
            heads: try object.integer("heads", in: 1...64),
            hidden: try object.integer("hidden", in: 1...16_384),
            stemChannels: try object.integers("stem_channels", in: widths, count: 1...6),
            patch: try object.integer("patch", in: 1...64),
            isPacked: try object.flag("packed"),
            tokenWidth: try object.integer("token_width", in: widths)
        )
        try object.requireAllTaken()
        guard shape.width % shape.heads == 0 else {
            throw object.error(
                "heads",
                expected: "a divisor of width \(shape.width)",
                found: "\(shape.heads)"
            )
        }
        guard shape.stemSize % shape.patch == 0 else {
            throw object.error(
                "patch",
                expected: "a divisor of \(shape.stemSize), the stem's pixels",
                found: "\(shape.patch)"
            )
        }
        for entry in statistics {
            let width = entry.features.reduce(0) { $0 + $1.width }
            guard width <= shape.stateWidth, entry.views.count <= shape.views else {
                throw object.error(
                    width <= shape.stateWidth ? "views" : "state_width",
                    expected: "room for \(width) numbers and \(entry.views.count) views of"
                        + " \(entry.key)",
                    found: "\(shape.stateWidth) and \(shape.views)"
                )
            }
        }
        return shape
    }

    /// Pixels along the side of a picture.
    private static func image(_ root: inout StrictObject) throws(InputError) -> Int {
        var object = try root.object("image")
        let size = try object.integer("size", in: 8...512)
        // How a picture is made that size changes its pixels, so it is said.
        _ = try object.choice("resize", of: ["area"])
        for (key, bound) in [("low", -1.0), ("high", 1.0)] {
            let value = try object.number(key)
            guard value == bound else {
                throw object.error(key, expected: "\(bound)", found: "\(value)")
            }
        }
        try object.requireAllTaken()
        return size
    }

    /// The statistics for a task, or those of a key.
    ///
    /// - Parameters:
    ///   - task: The task's name.
    ///   - key: The key asked for; nil to go by the task.
    /// - Throws: `InputError` for an unknown key, and without one where none or several know the task.
    public func statistics(
        forTask task: String,
        key: String?
    ) throws(InputError) -> EmbodimentStatistics {
        let keys = statistics.map(\.key)
        if let key {
            guard let entry = statistics.first(where: { $0.key == key }) else {
                throw .unknown("statistics key", name: key, known: keys, key: "--statistics")
            }
            return entry
        }
        let fitting = statistics.filter { $0.tasks.contains(task) }
        guard let entry = fitting.first, fitting.count == 1 else {
            throw InputError(
                file: "policy \(name)",
                key: "statistics",
                expected: "--statistics KEY, one of \(keys.joined(separator: ", "))",
                found: fitting.isEmpty
                    ? "none for the task \(task)"
                    : "\(fitting.count) for the task \(task):"
                        + " \(fitting.map(\.key).joined(separator: ", "))"
            )
        }
        return entry
    }
}
