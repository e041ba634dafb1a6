public import Diagnostics
import Foundation
public import Inference
import Robots

/// The content of a policy's `policy.json`: everything a runtime must know, said by the file.
///
/// Nothing is guessed: a missing or unexpected key, unit or name is refused by name.
public struct PolicyManifest: Equatable, Sendable {
    /// How the network's random input is drawn.
    public enum Noise: String, CaseIterable, Sendable {
        /// Standard normal, fresh each plan.
        case normal
        /// Standard normal, drawn once an episode.
        case fixed
        /// Zeros.
        case zero
    }

    /// Where the origin of the cloud that the network reads is; the axes are the world's.
    public enum CloudFrame: String, CaseIterable, Sendable {
        /// The centre of the workspace.
        case world
        /// The tool position of the same observation.
        case tool
        /// Both, six numbers a point.
        case worldAndTool = "world+tool"
    }

    /// The cloud's points and their normalisation, one scale for all axes.
    public struct Cloud: Equatable, Sendable {
        /// Points that the network was trained with.
        public let points: Int
        /// The origin.
        public let frame: CloudFrame
        /// The world origin of normalised points, metres.
        public let centre: [Float]
        /// `(p - centre) * worldScale`, 1/metre.
        public let worldScale: Float
        /// `(p - tool position) * toolScale`, 1/metre.
        public let toolScale: Float

        /// The same for the numbers of a point as the network reads them: in the world frame, then
        /// from the tool.
        var inputNormalisation: InputNormalisation {
            var scale: [Float] = []
            var offset: [Float] = []
            if frame != .tool {
                scale += [worldScale, worldScale, worldScale]
                offset += centre.map { -$0 * worldScale }
            }
            if frame != .world {
                scale += [toolScale, toolScale, toolScale]
                offset += [0, 0, 0]
            }
            return InputNormalisation(scale: scale, offset: offset)
        }
    }

    /// `normalised = value * scale + offset`, per dimension.
    public struct Normalisation: Equatable, Sendable {
        /// Never 0.
        public let scale: [Float]
        /// Added after scaling.
        public let offset: [Float]
    }

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

    /// The name under which the policy is found.
    public let name: String
    /// The task it was trained for.
    public let task: String
    /// The robot it was trained for.
    public let robot: String
    /// The control mode by its usual name.
    public let controlMode: String
    /// Actions a second.
    public let policyRateHz: Double
    /// Policy periods between one observation step and the next.
    public let observationStride: Int
    /// How chunks are executed unless the user says otherwise.
    public let execute: String
    /// How noise is drawn.
    public let noise: Noise
    /// The point cloud.
    public let cloud: Cloud
    /// The state, in the network's order.
    public let features: [StateFeature]
    /// The state's normalisation.
    public let stateNormalisation: Normalisation
    /// What each number of an action is.
    public let actionNames: [String]
    /// Metres that an action of 1 moves the tool's target; 0 in modes that move joints.
    public let translationScale: Double
    /// The actions' normalisation.
    public let actionNormalisation: Normalisation
    /// The network's widths.
    public let network: NetworkShape
    /// The weight file.
    public let weights: Weights
    /// The command that trained it.
    public let trainingCommand: String
    /// SHA-256 of the demonstrations.
    public let dataSHA256: String
    /// First and last seed of the demonstrations.
    public let seeds: ClosedRange<Int>

    /// The architecture name that this type describes.
    public static let architecture = "meanflow"
    static let format = "simrun-policy-1"
    private static let widths = 1...8192

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
        _ = try root.choice("format", of: [Self.format])
        _ = try root.choice("architecture", of: [Self.architecture])
        name = try root.string("name")
        task = try root.string("task")
        robot = try root.string("robot")
        controlMode = try root.choice("control_mode", of: Self.controlModes)
        policyRateHz = try root.number("policy_rate_hz")
        guard policyRateHz > 0, policyRateHz <= 10_000 else {
            throw root.error("policy_rate_hz", expected: "0 to 10000", found: "\(policyRateHz)")
        }
        let horizon = try root.integer("horizon", in: 1...256)
        let observationSteps = try root.integer("observation_steps", in: 1...8)
        observationStride =
            root.has("observation_stride") ? try root.integer("observation_stride", in: 1...32) : 1
        _ = try root.integer("first_action", in: 0...0)
        execute = try Self.execution(&root, horizon: horizon)
        _ = try root.choice("attention", of: ["none"])
        noise = try Self.member(&root, "noise")
        cloud = try Self.cloud(&root)
        (features, stateNormalisation) = try Self.state(&root)
        (actionNames, translationScale, actionNormalisation) = try Self.action(&root)
        network = try Self.network(
            &root,
            horizon: horizon,
            observationSteps: observationSteps,
            state: stateNormalisation.scale.count,
            action: actionNames.count,
            cloud: cloud.frame == .worldAndTool ? 6 : 3
        )
        weights = try Self.weights(&root)
        (trainingCommand, dataSHA256, seeds) = try Self.training(&root)
        try root.requireAllTaken()
    }
}

// MARK: - Reading

extension PolicyManifest {
    static let controlModes = [
        "pd_joint_pos", "pd_joint_delta_pos", "pd_ee_delta_pos", "pd_ee_delta_pose", "pd_ee_pose",
    ]

    private static func member<T: CaseIterable & RawRepresentable>(
        _ object: inout StrictObject,
        _ key: String
    ) throws(InputError) -> T where T.RawValue == String {
        let text = try object.choice(key, of: T.allCases.map(\.rawValue))
        guard let value = T(rawValue: text) else {
            throw object.error(key, expected: "a known name", found: text)
        }
        return value
    }

    /// `replan`, `chunk`, `chunk:N` with N up to the horizon, or another strategy's name.
    private static func execution(
        _ root: inout StrictObject,
        horizon: Int
    ) throws(InputError) -> String {
        let text = try root.string("execute")
        if text.hasPrefix("chunk:") {
            guard let count = Int(text.dropFirst(6)), (1...horizon).contains(count) else {
                throw root.error("execute", expected: "chunk:1 to chunk:\(horizon)", found: text)
            }
            return text
        }
        return try root.choice(
            "execute",
            of: ["replan", "chunk", "async", "ensemble", "rtc", "rollforward"]
        )
    }

    private static func cloud(_ root: inout StrictObject) throws(InputError) -> Cloud {
        var object = try root.object("cloud")
        let points = try object.integer("points", in: 1...65536)
        let frame: CloudFrame = try member(&object, "frame")
        _ = try object.choice("units", of: ["m"])
        var normalisation = try object.object("normalisation")
        _ = try normalisation.choice("kind", of: ["isotropic"])
        let centre = try normalisation.floats("centre", count: 3)
        var scales: [Float] = []
        for key in ["world_scale", "tool_scale"] {
            let scale = Float(try normalisation.number(key))
            guard scale > 0 else {
                throw normalisation.error(key, expected: "a positive number", found: "\(scale)")
            }
            scales.append(scale)
        }
        try normalisation.requireAllTaken()
        try object.requireAllTaken()
        return Cloud(
            points: points,
            frame: frame,
            centre: centre,
            worldScale: scales[0],
            toolScale: scales[1]
        )
    }

    private static func normalisation(
        _ object: inout StrictObject,
        count: Int
    ) throws(InputError) -> Normalisation {
        var normalisation = try object.object("normalisation")
        _ = try normalisation.choice("kind", of: ["limits"])
        let scale = try normalisation.floats("scale", count: count)
        let offset = try normalisation.floats("offset", count: count)
        guard scale.allSatisfy({ $0 != 0 }) else {
            throw normalisation.error("scale", expected: "no zero", found: "one")
        }
        try normalisation.requireAllTaken()
        return Normalisation(scale: scale, offset: offset)
    }

    private static func state(
        _ root: inout StrictObject
    ) throws(InputError) -> ([StateFeature], Normalisation) {
        var object = try root.object("state")
        var features: [StateFeature] = []
        for var entry in try object.objects("features") {
            let name: StateFeature.Name = try member(&entry, "name")
            let width = try entry.integer(
                "width",
                in: name.fixedWidth.map { $0...$0 } ?? 1...64
            )
            _ = try entry.choice("units", of: [name.units])
            try entry.requireAllTaken()
            guard !features.contains(where: { $0.name == name }) else {
                throw entry.error("name", expected: "each feature once", found: name.rawValue)
            }
            features.append(StateFeature(name: name, width: width))
        }
        guard !features.isEmpty else {
            throw object.error("features", expected: "at least one", found: "none")
        }
        let width = features.reduce(0) { $0 + $1.width }
        let normalisation = try normalisation(&object, count: width)
        try object.requireAllTaken()
        return (features, normalisation)
    }

    private static func action(
        _ root: inout StrictObject
    ) throws(InputError) -> ([String], Double, Normalisation) {
        var object = try root.object("action")
        let names = try object.strings("names")
        guard (1...64).contains(names.count) else {
            throw object.error("names", expected: "1 to 64 names", found: "\(names.count)")
        }
        for (key, bound) in [("low", -1.0), ("high", 1.0)] {
            let value = try object.number(key)
            guard value == bound else {
                throw object.error(key, expected: "\(bound)", found: "\(value)")
            }
        }
        _ = try object.choice("units", of: ["1"])
        let scale = try object.number("translation_scale_m")
        guard (0...10).contains(scale) else {
            throw object.error("translation_scale_m", expected: "0 to 10 m", found: "\(scale)")
        }
        let normalisation = try normalisation(&object, count: names.count)
        try object.requireAllTaken()
        return (names, scale, normalisation)
    }

    private static func network(
        _ root: inout StrictObject,
        horizon: Int,
        observationSteps: Int,
        state: Int,
        action: Int,
        cloud: Int
    ) throws(InputError) -> NetworkShape {
        var object = try root.object("network")
        let shape = NetworkShape(
            actionWidth: action,
            stateWidth: state,
            cloudWidth: cloud,
            horizon: horizon,
            observationSteps: observationSteps,
            pointWidths: try object.integers("point_widths", in: widths, count: 1...16),
            pointFeatures: try object.integer("point_features", in: widths),
            stateFeatures: try object.integer("state_features", in: widths),
            timeFeatures: try object.integer("time_features", in: 4...4096),
            unetWidths: try object.integers("unet_widths", in: widths, count: 1...6),
            kernel: try object.integer("kernel", in: 1...5),
            groups: try object.integer("groups", in: widths)
        )
        guard shape.kernel % 2 == 1 else {
            throw object.error("kernel", expected: "1, 3 or 5", found: "\(shape.kernel)")
        }
        guard shape.timeFeatures % 2 == 0 else {
            throw object.error(
                "time_features",
                expected: "an even number",
                found: "\(shape.timeFeatures)"
            )
        }
        if let odd = shape.unetWidths.first(where: { $0 % shape.groups != 0 }) {
            throw object.error(
                "unet_widths",
                expected: "multiples of \(shape.groups) groups",
                found: "\(odd)"
            )
        }
        let factor = 1 << (shape.unetWidths.count - 1)
        guard horizon % factor == 0 else {
            throw root.error("horizon", expected: "a multiple of \(factor)", found: "\(horizon)")
        }
        try object.requireAllTaken()
        return shape
    }

    private static func weights(_ root: inout StrictObject) throws(InputError) -> Weights {
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
        let weights = Weights(
            file: file,
            sha256: hash,
            bytes: try object.integer("bytes", in: 8...(1 << 32)),
            parameters: try object.integer("parameters", in: 1...(1 << 31)),
            format: type == "bf16" ? .bfloat16 : .float32
        )
        try object.requireAllTaken()
        return weights
    }

    private static func hash(
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

    private static func training(
        _ root: inout StrictObject
    ) throws(InputError) -> (String, String, ClosedRange<Int>) {
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
        return (command, dataHash, seeds[0]...seeds[1])
    }
}
