public import Diagnostics
public import Inference
import Robots

/// The content of a critic's `critic.json`: what it values, and what it reads.
///
/// Nothing is guessed: a missing or unexpected key, unit or name is refused by name.
public struct CriticManifest: Equatable, Sendable {
    /// The name under which the critic is found.
    public let name: String
    /// The task it was trained for.
    public let task: String
    /// The robot it was trained for.
    public let robot: String
    /// The control mode by its usual name.
    public let controlMode: String
    /// Actions a second.
    public let policyRateHz: Double
    /// Actions of a chunk that it values, from the first on.
    public let actions: Int
    /// What each number of an action is.
    public let actionNames: [String]
    /// Metres that an action of 1 moves the tool's target; 0 in modes that move joints.
    public let translationScale: Double
    /// The actions' normalisation.
    public let actionNormalisation: Normalisation
    /// The point cloud.
    public let cloud: PolicyManifest.Cloud
    /// The state, in the network's order.
    public let features: [StateFeature]
    /// The state's normalisation.
    public let stateNormalisation: Normalisation
    /// The widths of the encoder; horizon and U-Net count for nothing.
    public let encoder: NetworkShape
    /// Widths of each head's hidden layers.
    public let headWidths: [Int]
    /// Heads of the ensemble; the least of their values counts.
    public let heads: Int
    /// What a reward a policy step later is worth.
    public let discount: Double
    /// The weight file.
    public let weights: PolicyManifest.Weights
    /// Where the weights come from.
    public let origin: PolicyManifest.Origin

    static let format = "simrun-critic-1"

    /// Reads `critic.json` in a directory.
    ///
    /// - Throws: `InputError` with file, line and key.
    public init(directory: String) throws(InputError) {
        let path = directory.hasSuffix("/") ? directory + "critic.json" : directory + "/critic.json"
        try self.init(json: Array(InputFile.text(atPath: path).utf8), file: path)
    }

    /// Reads the text of a `critic.json`.
    public init(json: [UInt8], file: String) throws(InputError) {
        var root = try StrictObject(try JSONParser.parse(json, file: file), path: "", file: file)
        _ = try root.choice("format", of: [Self.format])
        name = try root.string("name")
        task = try root.string("task")
        robot = try root.string("robot")
        controlMode = try root.choice("control_mode", of: PolicyManifest.controlModes)
        policyRateHz = try root.number("policy_rate_hz")
        guard policyRateHz > 0, policyRateHz <= 10_000 else {
            throw root.error("policy_rate_hz", expected: "0 to 10000", found: "\(policyRateHz)")
        }
        actions = try root.integer("actions", in: 1...256)
        discount = try root.number("discount")
        guard discount > 0, discount < 1 else {
            throw root.error("discount", expected: "between 0 and 1", found: "\(discount)")
        }
        cloud = try PolicyManifest.cloud(&root)
        (features, stateNormalisation) = try PolicyManifest.state(&root)
        (actionNames, translationScale, actionNormalisation) = try PolicyManifest.action(&root)
        (encoder, headWidths, heads) = try Self.network(
            &root,
            action: actionNames.count,
            state: stateNormalisation.scale.count,
            cloud: cloud.frame == .worldAndTool ? 6 : 3
        )
        weights = try PolicyManifest.weights(&root)
        origin = try PolicyManifest.origin(&root)
        try root.requireAllTaken()
    }

    private static let widths = 1...8192

    private static func network(
        _ root: inout StrictObject,
        action: Int,
        state: Int,
        cloud: Int
    ) throws(InputError) -> (NetworkShape, [Int], Int) {
        var object = try root.object("network")
        let shape = NetworkShape(
            actionWidth: action,
            stateWidth: state,
            cloudWidth: cloud,
            horizon: 1,
            observationSteps: 1,
            pointWidths: try object.integers("point_widths", in: widths, count: 1...8),
            pointFeatures: try object.integer("point_features", in: widths),
            stateFeatures: try object.integer("state_features", in: widths),
            timeFeatures: 2,
            unetWidths: [1],
            kernel: 1,
            groups: 1
        )
        let head = try object.integers("head_widths", in: widths, count: 1...8)
        let heads = try object.integer("heads", in: 1...16)
        try object.requireAllTaken()
        return (shape, head, heads)
    }

    /// Refuses a task or a policy that the critic was not made for.
    ///
    /// - Parameters:
    ///   - task: The task's name.
    ///   - context: What the task offers.
    ///   - horizon: Actions of the policy's plan.
    /// - Throws: `InputError` naming the first key of `critic.json` that does not fit.
    public func requireFits(
        task name: String,
        _ context: PolicyContext,
        horizon: Int
    ) throws(InputError) {
        guard task == name else {
            throw InputError(
                file: "critic \(self.name)",
                key: "task",
                expected: "the task \(name)",
                found: task
            )
        }
        guard actions <= horizon else {
            throw InputError(
                file: "critic \(self.name)",
                key: "actions",
                expected: "at most the policy's \(horizon) actions",
                found: "\(actions)"
            )
        }
        try NetworkDemands(
            owner: "critic \(self.name)",
            robot: robot,
            controlMode: controlMode,
            policyRateHz: policyRateHz,
            actionNames: actionNames,
            translationScale: translationScale,
            cloudPoints: cloud.points,
            features: features
        ).requireMet(by: context)
    }
}
