import Diagnostics
public import Inference
import Robots
import Runtime

extension PolicyManifest {
    /// The weight file and what it must be.
    public struct Weights: Equatable, Sendable {
        /// A plain file name in the policy's directory.
        public let file: String
        /// SHA-256 in lower-case hexadecimal.
        public let sha256: String
        /// The file's size.
        public let bytes: Int
        /// Numbers in all tensors.
        public let parameters: Int
        /// How a runtime stores them where nothing else is asked for: without loss.
        public let format: WeightFormat
    }

    /// Where the weights come from.
    public enum Origin: Equatable, Sendable {
        /// Trained by this command, on data of this SHA-256, from episodes of these seeds.
        case trained(command: String, dataSHA256: String, seeds: ClosedRange<Int>)
        /// Converted by this command from another project's checkpoint, a file of this name and
        /// SHA-256, saved after so many epochs where it says so.
        case converted(command: String, checkpoint: String, sha256: String, epoch: Int?)
    }

    static func weights(_ root: inout StrictObject) throws(InputError) -> Weights {
        var object = try root.object("weights")
        let file = try object.string("file")
        // A plain name cannot lead out of the policy's directory.
        let plain = file.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") }
        guard plain, !file.hasPrefix("."), file.hasSuffix(".safetensors") else {
            throw object.error(
                "file",
                expected: "a plain file name ending in .safetensors, beside policy.json",
                found: "\"\(file)\""
            )
        }
        let hash = try hash(&object, "sha256")
        let type = try object.choice("dtype", of: ["bf16", "f16", "f32"])
        var format: WeightFormat = type == "bf16" ? .bfloat16 : .float32
        if object.has("storage") {
            let name = try object.choice("storage", of: WeightFormat.allCases.map(\.rawValue))
            format = try WeightFormat(named: name, key: "weights.storage")
        }
        let weights = Weights(
            file: file,
            sha256: hash,
            bytes: try object.integer("bytes", in: 8...(1 << 32)),
            parameters: try object.integer("parameters", in: 1...(1 << 31)),
            format: format
        )
        try object.requireAllTaken()
        return weights
    }

    /// Reads `training` or, for weights of another project, `conversion`.
    static func origin(_ root: inout StrictObject) throws(InputError) -> Origin {
        root.has("conversion") ? try conversion(&root) : try training(&root)
    }

    static func hash(
        _ object: inout StrictObject,
        _ key: String
    ) throws(InputError) -> String {
        let text = try object.string(key)
        guard text.utf8.count == 64,
            text.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
        else {
            throw object.error(key, expected: "64 lower-case hexadecimal digits", found: text)
        }
        return text
    }

    private static func training(_ root: inout StrictObject) throws(InputError) -> Origin {
        var object = try root.object("training")
        let command = try object.string("command")
        let dataHash = try hash(&object, "data_sha256")
        let seeds = try object.integers("seeds", in: 0...Int.max, count: 2...2)
        guard seeds[0] <= seeds[1] else {
            throw object.error("seeds", expected: "first and last", found: "\(seeds)")
        }
        // Kept for people; the runtime does not read them.
        for key in [
            "data", "demonstrations", "steps", "minutes", "batch", "lr", "seed", "ema",
            "objective", "validation", "torch",
        ] { _ = try object.node(key) }
        try object.requireAllTaken()
        return .trained(command: command, dataSHA256: dataHash, seeds: seeds[0]...seeds[1])
    }

    private static func conversion(_ root: inout StrictObject) throws(InputError) -> Origin {
        var object = try root.object("conversion")
        let command = try object.string("command")
        let checkpoint = try object.string("checkpoint")
        let sha256 = try hash(&object, "checkpoint_sha256")
        // A checkpoint may not say how long it was trained.
        let epoch = try count(&object, "epoch")
        _ = try count(&object, "global_step")
        try object.requireAllTaken()
        return .converted(
            command: command,
            checkpoint: checkpoint,
            sha256: sha256,
            epoch: epoch
        )
    }

    /// A whole number, or nil for `null`.
    private static func count(
        _ object: inout StrictObject,
        _ key: String
    ) throws(InputError) -> Int? {
        if case .null = try object.node(key).value { return nil }
        return try object.integer(key, in: 0...Int.max)
    }
}

extension PolicyManifest.Weights {
    /// Opens the weight file and holds it against what the manifest says: size, parameters, hash.
    ///
    /// - Parameter source: The file that describes it, for messages.
    func open(
        in directory: String,
        saidBy source: String = "policy.json"
    ) throws(InputError) -> SafetensorsFile {
        let path: String
        do {
            path = try InputFile.path(of: file, inside: directory)
        } catch {
            throw error.inFile(directory + "/" + file)
        }
        let opened = try SafetensorsFile(path: path, limit: bytes)
        func require(
            _ key: String,
            _ expected: String,
            _ found: String
        ) throws(InputError) {
            guard found != expected else { return }
            throw InputError(
                file: opened.path,
                key: key,
                expected: "\(expected), as \(source) says",
                found: found
            )
        }
        try require("weights.bytes", "\(bytes)", "\(opened.contents.count)")
        let parameters = opened.names.reduce(0) { total, name in
            total + (opened.shape(of: name)?.reduce(1, *) ?? 0)
        }
        try require("weights.parameters", "\(self.parameters)", "\(parameters)")
        try require("weights.sha256", sha256, ContentHash.sha256(opened.contents))
        return opened
    }
}
