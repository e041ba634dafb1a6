internal import Diagnostics
public import Spatial

/// What the numbers of an action mean, by the names in use.
///
/// The gripper's number always comes last.
public enum ControlMode: String, Sendable, CaseIterable {
    /// Joint positions in radians: n + 1 numbers.
    case jointPosition = "pd_joint_pos"
    /// Changes of joint positions in `-1...1`, scaled: n + 1 numbers.
    case jointDeltaPosition = "pd_joint_delta_pos"
    /// Changes of the tool's position in `-1...1`, scaled: 3 + 1 numbers. Its rotation is kept.
    case toolDeltaPosition = "pd_ee_delta_pos"
    /// Changes of the tool's position and rotation vector in `-1...1`, scaled: 6 + 1 numbers.
    case toolDeltaPose = "pd_ee_delta_pose"
    /// The tool's position in metres and rotation vector in radians in the world: 6 + 1 numbers.
    case toolPose = "pd_ee_pose"

    /// Whether the action moves joints rather than the tool.
    public var isJointSpace: Bool {
        switch self {
        case .jointPosition, .jointDeltaPosition: true
        case .toolDeltaPosition, .toolDeltaPose, .toolPose: false
        }
    }

    /// Whether the action changes the last target, in `-1...1`.
    public var isDelta: Bool {
        switch self {
        case .jointDeltaPosition, .toolDeltaPosition, .toolDeltaPose: true
        case .jointPosition, .toolPose: false
        }
    }

    /// How many numbers an action has for an arm of `jointCount` joints, gripper included.
    public func actionWidth(jointCount: Int) -> Int {
        switch self {
        case .jointPosition, .jointDeltaPosition: jointCount + 1
        case .toolDeltaPosition: 4
        case .toolDeltaPose, .toolPose: 7
        }
    }
}

/// How far an action of 1 moves the target, in the delta modes.
///
/// Other modes ignore it.
public struct ActionScale: Equatable, Sendable, BitwiseCopyable {
    /// Metres of tool travel.
    public var translation: Double
    /// Radians of tool rotation.
    public var rotation: Double
    /// Radians (metres) of joint travel.
    public var joint: Double

    /// Creates a scale; each number must be positive where its mode uses it.
    public init(translation: Double = 0, rotation: Double = 0, joint: Double = 0) {
        self.translation = translation
        self.rotation = rotation
        self.joint = joint
    }

    func check(for mode: ControlMode) throws(InputError) {
        let needed: [(name: String, value: Double)] =
            switch mode {
            case .jointPosition, .toolPose: []
            case .jointDeltaPosition: [("joint", joint)]
            case .toolDeltaPosition: [("translation", translation)]
            case .toolDeltaPose: [("translation", translation), ("rotation", rotation)]
            }
        for (name, value) in needed where !(value > 0 && value.isFinite) {
            throw InputError(
                key: "action_scale.\(name)",
                expected: "a positive number for \(mode.rawValue)",
                found: "\(value)"
            )
        }
    }
}

/// What the controller does with a target when its policy period has passed and none is newer.
public enum StaleTarget: Sendable {
    /// The goal is reached and held: nothing is extrapolated.
    case hold
}

/// An axis-aligned box in the world that the tool's target never leaves.
public struct ToolWorkspace: Equatable, Sendable, BitwiseCopyable {
    /// The lowest corner, in metres.
    public var lower: Vector3
    /// The highest corner, in metres.
    public var upper: Vector3

    /// Creates a box from its corners.
    public init(lower: Vector3, upper: Vector3) {
        self.lower = lower
        self.upper = upper
    }

    /// The point of the box nearest to `point`.
    public func clamped(_ point: Vector3) -> Vector3 {
        pointwiseMin(pointwiseMax(point, lower), upper)
    }
}
