public import Robots

/// What a map must know of the robot and the task whose observations it turns.
public struct MapContext: Equatable, Sendable {
    /// Names of the arm's joints, in the robot's order.
    public var joints: [String]
    /// Where each joint may be, in radians.
    public var lower: [Double]
    /// Where each joint may be, in radians.
    public var upper: [Double]
    /// The widest gripper opening in metres, over 0.
    public var maxOpening: Double
    /// Our gripper number that closes, 1 or -1; its negative opens.
    public var closing: Double
    /// What our actions mean.
    public var mode: ControlMode
    /// How far an action of 1 moves, in the delta modes.
    public var scale: ActionScale
    /// The task's cameras by name.
    public var cameras: [String]

    /// Creates a context.
    public init(
        joints: [String],
        lower: [Double],
        upper: [Double],
        maxOpening: Double,
        closing: Double,
        mode: ControlMode,
        scale: ActionScale,
        cameras: [String]
    ) {
        precondition(joints.count == lower.count && joints.count == upper.count)
        self.joints = joints
        self.lower = lower
        self.upper = upper
        self.maxOpening = maxOpening
        self.closing = closing
        self.mode = mode
        self.scale = scale
        self.cameras = cameras
    }

    /// Numbers of our actions.
    var actionWidth: Int { mode.actionWidth(jointCount: joints.count) }
}

/// How a map's file says that joints are told.
public enum JointUnit: String, CaseIterable, Sendable {
    /// Radians.
    case rad
    /// Degrees.
    case deg
    /// The joint's range as -100 to 100, as LeRobot's `RANGE_M100_100`.
    case range100 = "range -100..100"
    /// The joint's range as 0 to 100, as LeRobot's `RANGE_0_100`.
    case share100 = "range 0..100"

    /// A position in radians in this unit.
    func theirs(_ radians: Double, _ lower: Double, _ upper: Double) -> Double {
        switch self {
        case .rad: radians
        case .deg: radians * 180 / .pi
        case .range100: (radians - lower) / (upper - lower) * 200 - 100
        case .share100: (radians - lower) / (upper - lower) * 100
        }
    }

    /// A position in this unit in radians.
    func ours(_ number: Double, _ lower: Double, _ upper: Double) -> Double {
        switch self {
        case .rad: number
        case .deg: number * .pi / 180
        case .range100: (number + 100) / 200 * (upper - lower) + lower
        case .share100: number / 100 * (upper - lower) + lower
        }
    }
}

/// What a gripper's number says: two numbers, and all between in proportion.
public struct GripperNumbers: Equatable, Sendable {
    /// With the pads together.
    public var closed: Double
    /// At the widest opening.
    public var open: Double
    /// Whether all but the ends is rounded to the nearer one.
    public var isSwitch = false

    /// The number at a share of the widest opening, 0 to 1.
    func number(at share: Double) -> Double { closed + (open - closed) * share }

    /// The share of the widest opening that a number asks for, 0 to 1.
    func share(of number: Double) -> Double {
        let share = min(max((number - closed) / (open - closed), 0), 1)
        return isSwitch ? share.rounded() : share
    }
}
