public import Diagnostics
public import Robots

/// What a command must keep to, joint by joint.
public struct SafetyLimits: Equatable, Sendable {
    /// The lowest and highest position of one joint and how fast it may move and speed up.
    public struct Joint: Equatable, Sendable, BitwiseCopyable {
        /// Lowest position in radians.
        public var lower: Double
        /// Highest position in radians.
        public var upper: Double
        /// Fastest motion in radians per second, over zero.
        public var velocity: Double
        /// Strongest acceleration in radians per second squared, over zero.
        public var acceleration: Double

        /// Creates limits.
        public init(lower: Double, upper: Double, velocity: Double, acceleration: Double) {
            self.lower = lower
            self.upper = upper
            self.velocity = velocity
            self.acceleration = acceleration
        }
    }

    /// One entry per arm joint.
    public var joints: [Joint]
    /// The widest gripper opening in metres.
    public var gripperOpening: Double
    /// The fastest gripper motion in metres per second, between the pads.
    public var gripperSpeed: Double
    /// Where in the world the robot may be; nil for anywhere.
    public var envelope: SafetyEnvelope?

    /// None: for a plant that keeps limits of its own.
    ///
    /// Numbers that are not finite are still refused.
    public static let none = SafetyLimits()

    private init() { (joints, gripperOpening, gripperSpeed) = ([], 0, 0) }

    /// Creates limits, without an envelope.
    ///
    /// - Throws: ``Diagnostics/InputError`` for an empty range, a joint speed that is not positive, a gripper
    ///   opening or speed under 0.
    public init(joints: [Joint], gripperOpening: Double, gripperSpeed: Double) throws(InputError) {
        for (index, joint) in joints.enumerated() {
            guard joint.lower < joint.upper, joint.velocity > 0, joint.acceleration > 0 else {
                throw InputError(
                    key: "joint \(index + 1)",
                    expected: "lower < upper and positive velocity and acceleration limits",
                    found: "\(joint)"
                )
            }
        }
        guard gripperOpening >= 0, gripperSpeed >= 0 else {
            throw InputError(
                key: "gripper",
                expected: "an opening and a speed of at least 0",
                found: "\(gripperOpening) m and \(gripperSpeed) m/s"
            )
        }
        self.joints = joints
        self.gripperOpening = gripperOpening
        self.gripperSpeed = gripperSpeed
    }
}

/// What the gate changed in one command.
public struct SafetyInterventions: OptionSet, Sendable, BitwiseCopyable {
    /// One bit per kind.
    public let rawValue: UInt8

    /// Creates a set from its bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// A joint was held at its position limit.
    public static let position = SafetyInterventions(rawValue: 1)
    /// A joint was slowed to its velocity limit.
    public static let velocity = SafetyInterventions(rawValue: 2)
    /// A joint's speed change was held to its acceleration limit.
    public static let acceleration = SafetyInterventions(rawValue: 4)
    /// The gripper was limited in range or speed.
    public static let gripper = SafetyInterventions(rawValue: 8)
    /// The robot was kept in its envelope: above the floor, its tool in the box.
    public static let envelope = SafetyInterventions(rawValue: 16)
}

/// The last stage before a plant, the same in simulation and on an arm.
///
/// Limits act against the last command, not against a measured position, so that they cost no
/// extra read and a slow arm is not held back further.
public struct SafetyGate: Sendable {
    let limits: SafetyLimits
    var last: JointCommand
    var lastVelocity: JointVector
    private var lastWanted: JointVector

    /// Creates a gate that starts at `command`, at rest.
    public init(limits: SafetyLimits, startingAt command: JointCommand) {
        precondition(
            limits.joints.isEmpty || command.arm.count == limits.joints.count,
            "one limit per joint"
        )
        self.limits = limits
        last = command
        lastVelocity = JointVector(repeating: 0, count: command.arm.count)
        lastWanted = command.arm
    }

    /// Starts again at `command`, at rest.
    public mutating func reset(to command: JointCommand) {
        last = command
        lastVelocity = JointVector(repeating: 0, count: command.arm.count)
        lastWanted = command.arm
    }

    /// Notes that the last command was held for `seconds` more than a period.
    ///
    /// Meanwhile the arm slows down, at its acceleration limits. The next command starts from the
    /// speed that is left and moves no further than in any other period: time lost is not made up.
    public mutating func hold(for seconds: Double) {
        for index in 0..<limits.joints.count {
            let velocity = lastVelocity[index]
            let left = max(0, abs(velocity) - limits.joints[index].acceleration * seconds)
            lastVelocity[index] = velocity < 0 ? -left : left
        }
    }

    /// The nearest command within the limits.
    ///
    /// - Parameters:
    ///   - wanted: Target positions.
    ///   - seconds: The control period, over zero.
    ///   - interventions: Receives what was changed.
    /// - Throws: ``LoopFault/notFinite(what:)`` for a command with NaN or infinity.
    public mutating func admit(
        _ wanted: JointCommand,
        after seconds: Double,
        interventions: inout SafetyInterventions
    ) throws(LoopFault) -> JointCommand {
        guard wanted.arm.isFinite else { throw .notFinite(what: "joint command") }
        guard wanted.gripperOpening.isFinite else { throw .notFinite(what: "gripper command") }
        let before = last
        let speeds = lastVelocity
        var command = wanted
        for index in 0..<limits.joints.count {
            command.arm[index] = admitJoint(
                index,
                wanted: wanted.arm[index],
                seconds: seconds,
                interventions: &interventions
            )
        }
        command.gripperOpening = admitGripper(
            wanted.gripperOpening,
            seconds: seconds,
            interventions: &interventions
        )
        last = command
        if let envelope = limits.envelope,
            !stay(in: envelope, after: before, speeds, seconds: seconds)
        {
            interventions.insert(.envelope)
        }
        return last
    }

    /// The next command of a ramp to rest, at the acceleration limits; the gripper stays.
    ///
    /// - Parameter seconds: The control period, over zero.
    public mutating func brake(after seconds: Double) -> JointCommand {
        hold(for: seconds)
        for index in 0..<limits.joints.count {
            let limit = limits.joints[index]
            let at = last.arm[index]
            let wanted = at + lastVelocity[index] * seconds
            let next = min(max(wanted, min(limit.lower, at)), max(limit.upper, at))
            lastVelocity[index] = (next - at) / seconds
            last.arm[index] = next
            lastWanted[index] = next
        }
        return last
    }

    /// Whether the last command moved nothing.
    public var isAtRest: Bool {
        for index in 0..<limits.joints.count where lastVelocity[index] != 0 { return false }
        return true
    }

    private mutating func admitJoint(
        _ index: Int,
        wanted: Double,
        seconds: Double,
        interventions: inout SafetyInterventions
    ) -> Double {
        let limit = limits.joints[index]
        let position = min(max(wanted, limit.lower), limit.upper)
        if position != wanted { interventions.insert(.position) }
        // The wanted motion, plus what closes the gap to it as fast as still lets it stop there.
        let wantedVelocity = (position - lastWanted[index]) / seconds
        let gap = lastWanted[index] - last.arm[index]
        let closing = Self.stoppingSpeed(abs(gap), limit.acceleration, seconds)
        let velocity = wantedVelocity + (gap < 0 ? -closing : closing)
        lastWanted[index] = position
        let bounded = min(max(velocity, -limit.velocity), limit.velocity)
        if bounded != velocity { interventions.insert(.velocity) }
        // Towards a position limit no faster than lets it stop there.
        let at = last.arm[index]
        let up = Self.stoppingSpeed(limit.upper - at, limit.acceleration, seconds)
        let down = Self.stoppingSpeed(at - limit.lower, limit.acceleration, seconds)
        let stoppable = min(max(bounded, -down), up)
        if stoppable != bounded { interventions.insert(.position) }
        let change = limit.acceleration * seconds
        let before = lastVelocity[index]
        let smooth = min(max(stoppable, before - change), before + change)
        if smooth != stoppable { interventions.insert(.acceleration) }
        // Rounding aside, this binds nowhere; a robot found beyond a limit is brought back slowly.
        let next = min(max(at + smooth * seconds, min(limit.lower, at)), max(limit.upper, at))
        lastVelocity[index] = (next - at) / seconds
        return next
    }

    /// The highest speed for the next `seconds` after which braking at `acceleration`, however
    /// long the later periods are, still ends within `room`: v dt + v² / (2 a) = room.
    private static func stoppingSpeed(
        _ room: Double,
        _ acceleration: Double,
        _ seconds: Double
    ) -> Double {
        // Without the difference of near numbers; the bound keeps an endless joint's room finite.
        let room = min(max(0, room), 1e9)
        return 2 * room / ((seconds * seconds + 2 * room / acceleration).squareRoot() + seconds)
    }

    private func admitGripper(
        _ wanted: Double,
        seconds: Double,
        interventions: inout SafetyInterventions
    ) -> Double {
        let range = min(max(wanted, 0), limits.gripperOpening)
        let step = limits.gripperSpeed * seconds
        let opening = min(max(range, last.gripperOpening - step), last.gripperOpening + step)
        if opening != wanted { interventions.insert(.gripper) }
        return opening
    }
}
