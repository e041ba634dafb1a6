public import Diagnostics
public import Inference

/// What the numbers mean on one robot under one control: a policy that was trained on several has
/// several of these, and none fits by guess.
public struct EmbodimentStatistics: Equatable, Sendable {
    /// The name by which it is asked for.
    public let key: String
    /// The robot.
    public let robot: String
    /// The tasks that it was trained on.
    public let tasks: [String]
    /// The control mode by its usual name.
    public let controlMode: String
    /// Actions a second.
    public let policyRateHz: Double
    /// Metres that an action of 1 moves the tool's target; 0 in modes that move joints.
    public let translationScale: Double
    /// Radians that an action of 1 turns it; 0 in modes that do not.
    public let rotationScale: Double
    /// The cameras, in the network's order.
    public let views: [String]
    /// The state, in the network's order.
    public let features: [StateFeature]
    /// The state's normalisation.
    public let stateNormalisation: Normalisation
    /// What each number of an action is.
    public let actionNames: [String]
    /// What the bins of each number mean.
    public let bins: ActionBins

    /// Reads one entry of a policy's `statistics`.
    init(_ object: inout StrictObject) throws(InputError) {
        key = try object.string("key")
        robot = try object.string("robot")
        tasks = try object.strings("tasks")
        controlMode = try object.choice("control_mode", of: PolicyManifest.controlModes)
        policyRateHz = try Self.number(&object, "policy_rate_hz", in: 0.001...10_000)
        translationScale = try Self.number(&object, "translation_scale_m", in: 0...10)
        rotationScale = try Self.number(&object, "rotation_scale_rad", in: 0...7)
        views = try object.strings("views")
        guard !views.isEmpty, Set(views).count == views.count else {
            throw object.error("views", expected: "cameras, each once", found: "\(views)")
        }
        (features, stateNormalisation) = try PolicyManifest.state(&object)
        var action = try object.object("action")
        _ = try action.choice("units", of: ["1"])
        actionNames = try action.strings("names")
        guard (1...64).contains(actionNames.count) else {
            throw action.error("names", expected: "1 to 64", found: "\(actionNames.count)")
        }
        bins = try ActionBins(&action, count: actionNames.count)
        try action.requireAllTaken()
        try object.requireAllTaken()
    }

    private static func number(
        _ object: inout StrictObject,
        _ key: String,
        in range: ClosedRange<Double>
    ) throws(InputError) -> Double {
        let value = try object.number(key)
        guard range.contains(value) else {
            throw object.error(
                key,
                expected: "\(range.lowerBound) to \(range.upperBound)",
                found: "\(value)"
            )
        }
        return value
    }

    /// Refuses a robot or task that these statistics are not of.
    ///
    /// - Throws: `InputError` naming the first key that does not fit.
    public func requireFits(_ context: PolicyContext, policy: String) throws(InputError) {
        func require(
            _ fits: Bool,
            _ name: String,
            _ expected: String,
            _ found: String
        ) throws(InputError) {
            guard !fits else { return }
            throw InputError(
                file: "policy \(policy)",
                key: "statistics \(key) \(name)",
                expected: expected,
                found: found
            )
        }
        try require(robot == context.robot, "robot", "the task's \(context.robot)", robot)
        try require(
            controlMode == context.controlMode,
            "control_mode",
            "the task's \(context.controlMode)",
            controlMode
        )
        try require(
            abs(policyRateHz - context.policyRateHz) < 1e-6 * policyRateHz,
            "policy_rate_hz",
            "the task's \(context.policyRateHz)",
            "\(policyRateHz)"
        )
        try require(
            actionNames.count == context.actionWidth,
            "action.names",
            "the task's \(context.actionWidth) numbers",
            "\(actionNames.count)"
        )
        try require(
            abs(translationScale - context.translationScale) < 1e-9,
            "translation_scale_m",
            "the task's \(context.translationScale)",
            "\(translationScale)"
        )
        try require(
            abs(rotationScale - context.rotationScale) < 1e-9,
            "rotation_scale_rad",
            "the task's \(context.rotationScale)",
            "\(rotationScale)"
        )
        for view in views {
            let cameras = context.cameras.joined(separator: ", ")
            try require(
                context.cameras.contains(view),
                "views",
                "the task's cameras, \(cameras.isEmpty ? "none" : cameras)",
                view
            )
        }
        try requireFeatures(of: context, require)
    }

    private func requireFeatures(
        of context: PolicyContext,
        _ require: (Bool, String, String, String) throws(InputError) -> Void
    ) throws(InputError) {
        for feature in features {
            let fits =
                switch feature.name {
                case .goal: context.hasGoal
                case .conveyorSpeed: context.hasConveyorEncoder
                case .jointPositions, .jointVelocities: feature.width == context.jointCount
                case .toolPosition, .gripperOpening: true
                }
            try require(
                fits,
                "state.features",
                "what the task observes, with \(context.jointCount) joints",
                "\(feature.name.rawValue) of width \(feature.width)"
            )
        }
    }
}
