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

    /// The name under which the policy is found.
    public let name: String
    /// What kind of network it is, and so how it is used.
    public let architecture: Architecture
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
    /// The row of a predicted chunk that is for the newest observation; those before it are for the
    /// older ones and never executed.
    public let firstAction: Int
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
    /// How noise becomes actions.
    public let sampler: Sampler
    /// The network's widths.
    public let network: NetworkShape
    /// The weight file.
    public let weights: Weights
    /// Where the weights come from.
    public let origin: Origin

    /// Actions of a plan: those of a predicted chunk from the newest observation on.
    public var plannedActions: Int { network.horizon - firstAction }

    static let format = "simrun-policy-1"
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
        architecture = try Self.member(&root, "architecture")
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
        firstAction = try root.integer("first_action", in: 0...(min(observationSteps, horizon) - 1))
        execute = try Self.execution(&root, actions: horizon - firstAction)
        _ = try root.choice("attention", of: ["none"])
        noise = try Self.member(&root, "noise")
        cloud = try Self.cloud(&root)
        (features, stateNormalisation) = try Self.state(&root)
        (actionNames, translationScale, actionNormalisation) = try Self.action(&root)
        let sampler = try Self.sampler(&root, architecture: architecture)
        self.sampler = sampler ?? .meanFlow(MeanFlowSampler())
        network = try Self.network(
            &root,
            architecture: architecture,
            saysAll: sampler != nil,
            horizon: horizon,
            observationSteps: observationSteps,
            state: stateNormalisation.scale.count,
            action: actionNames.count,
            cloud: cloud.frame == .worldAndTool ? 6 : 3
        )
        weights = try Self.weights(&root)
        origin = try Self.origin(&root)
        try root.requireAllTaken()
    }
}
