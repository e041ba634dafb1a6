public import Diagnostics

/// What a task and its robot offer to a policy, to be held against its manifest before a run.
public struct PolicyContext: Equatable, Sendable {
    /// The robot's name.
    public var robot: String
    /// The control mode by its usual name.
    public var controlMode: String
    /// Actions a second.
    public var policyRateHz: Double
    /// Numbers in one action.
    public var actionWidth: Int
    /// Metres that an action of 1 moves the tool's target; 0 in modes that move joints.
    public var translationScale: Double
    /// Arm joints, without the gripper.
    public var jointCount: Int
    /// Points in the observed cloud; 0 for none.
    public var cloudPoints: Int
    /// Whether the task declares a goal position.
    public var hasGoal: Bool
    /// Whether the task has a conveyor with an encoder.
    public var hasConveyorEncoder: Bool
    /// Radians that an action of 1 turns the tool's target; 0 in modes that do not.
    public var rotationScale: Double
    /// The task's cameras.
    public var cameras: [String]

    /// Creates a context.
    public init(
        robot: String,
        controlMode: String,
        policyRateHz: Double,
        actionWidth: Int,
        translationScale: Double,
        jointCount: Int,
        cloudPoints: Int,
        hasGoal: Bool,
        hasConveyorEncoder: Bool = false,
        rotationScale: Double = 0,
        cameras: [String] = []
    ) {
        self.robot = robot
        self.controlMode = controlMode
        self.policyRateHz = policyRateHz
        self.actionWidth = actionWidth
        self.translationScale = translationScale
        self.jointCount = jointCount
        self.cloudPoints = cloudPoints
        self.hasGoal = hasGoal
        self.hasConveyorEncoder = hasConveyorEncoder
        self.rotationScale = rotationScale
        self.cameras = cameras
    }
}

extension PolicyManifest {
    /// Refuses a robot or task that the policy was not made for.
    ///
    /// - Throws: `InputError` naming the first key of `policy.json` that does not fit.
    public func requireFits(_ context: PolicyContext) throws(InputError) {
        try NetworkDemands(
            owner: "policy \(name)",
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

/// What a network that reads observations and knows actions asks of a task and its robot.
struct NetworkDemands {
    /// Who asks, for messages: its kind and name.
    var owner: String
    var robot: String
    var controlMode: String
    var policyRateHz: Double
    var actionNames: [String]
    var translationScale: Double
    var cloudPoints: Int
    var features: [StateFeature]

    /// Refuses a robot or task that does not offer it.
    ///
    /// - Throws: `InputError` naming the first key that does not fit.
    func requireMet(by context: PolicyContext) throws(InputError) {
        func require(
            _ fits: Bool,
            _ key: String,
            _ expected: String,
            _ found: String
        ) throws(InputError) {
            if !fits {
                throw InputError(
                    file: owner,
                    key: key,
                    expected: expected,
                    found: found
                )
            }
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
            "action.translation_scale_m",
            "the task's \(context.translationScale)",
            "\(translationScale)"
        )
        try require(
            cloudPoints == context.cloudPoints,
            "cloud.points",
            "the task's \(context.cloudPoints)",
            "\(cloudPoints)"
        )
        for feature in features {
            switch feature.name {
            case .goal:
                try require(
                    context.hasGoal,
                    "state.features",
                    "what the task observes, which has no goal",
                    "goal"
                )
            case .conveyorSpeed:
                try require(
                    context.hasConveyorEncoder,
                    "state.features",
                    "what the task observes, which has no conveyor encoder",
                    "conveyor_speed"
                )
            case .jointPositions, .jointVelocities:
                try require(
                    feature.width == context.jointCount,
                    "state.features",
                    "the robot's \(context.jointCount) joints",
                    "\(feature.name.rawValue) of width \(feature.width)"
                )
            case .toolPosition, .gripperOpening: break
            }
        }
    }
}
