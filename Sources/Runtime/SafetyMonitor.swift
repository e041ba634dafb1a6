public import Robots

/// Watches what an arm reports: lost answers, lagging joints, complaining motors.
///
/// The counterpart of ``SafetyGate``, which watches what the arm is told.
///
/// The first thing that must stop the arm is latched in ``fault``.
public struct SafetyMonitor: Sendable {
    /// Why the arm must stop; nil while all is well.
    public private(set) var fault: LoopFault?
    /// Ticks in a row without any answer.
    public private(set) var silentTicks = 0
    /// The joint that was blocked, the motor that complained or went silent; nil for none.
    public private(set) var culprit: Int?
    /// What does not stop the arm yet and should be looked at.
    public private(set) var warnings = SafetyWarnings()

    private let lostTicksToStop: Int
    private let following: FollowingError
    private var lagging: JointVector
    private var silent: [Int]
    private let warmth: Int
    /// The first voltage that each motor has told; 0 for none yet.
    private var firstVolts: [Double]

    /// Creates a monitor.
    ///
    /// - Parameters:
    ///   - jointCount: Arm joints.
    ///   - motorCount: Motors that answer, the gripper's included.
    ///   - lostTicksToStop: After so many ticks in a row without an answer, of all motors or of one.
    ///   - following: How far and how long a joint may lag behind its command.
    ///   - warmth: From how many degrees Celsius on a motor is warned of.
    public init(
        jointCount: Int,
        motorCount: Int,
        lostTicksToStop: Int,
        following: FollowingError,
        warmth: Int = SafetyMonitor.standardWarmth
    ) {
        self.lostTicksToStop = lostTicksToStop
        self.following = following
        lagging = JointVector(count: jointCount)
        silent = [Int](repeating: 0, count: motorCount)
        self.warmth = warmth
        firstVolts = [Double](repeating: 0, count: motorCount)
    }

    /// Ten degrees under what Feetech's and the hottest Dynamixels' servos shut down at.
    public static let standardWarmth = 60

    /// The share of its first voltage under which a supply is too weak for what the arm does.
    public static let weakSupply = 0.85

    /// Takes note of who answered in this tick; bit `i` of `answered` is motor `i`.
    public mutating func note(answered: UInt32) {
        silentTicks = answered == 0 ? silentTicks + 1 : 0
        for motor in silent.indices {
            silent[motor] = answered >> UInt32(motor) & 1 == 1 ? 0 : silent[motor] + 1
        }
        if silentTicks >= lostTicksToStop {
            latch(.plant(what: "the bus is lost: no answer for the ticks that robot.yaml allows"))
            return
        }
        for motor in silent.indices where silent[motor] >= lostTicksToStop {
            latch(.plant(what: "a servo is silent for the ticks that robot.yaml allows"), motor)
        }
    }

    /// Takes note of where the joints are and where they were told to be, `seconds` after the last.
    public mutating func note(measured: JointVector, commanded: JointVector, seconds: Double) {
        for joint in lagging.indices {
            let lag = abs(measured[joint] - commanded[joint])
            lagging[joint] = lag > following.angle ? lagging[joint] + seconds : 0
            if lagging[joint] > following.time {
                latch(.plant(what: "a joint does not follow its commands: blocked"), joint)
            }
        }
    }

    /// Takes note of a motor's temperature in degrees Celsius and its supply in volts.
    public mutating func note(celsius: Int, volts: Double, motor: Int) {
        if celsius >= warmth { warnings.insert(.hot) }
        if firstVolts[motor] == 0 { firstVolts[motor] = volts }
        if volts < firstVolts[motor] * Self.weakSupply { warnings.insert(.weakSupply) }
    }

    /// Takes note of a motor that says its voltage is out of its range.
    public mutating func noteVoltage() { warnings.insert(.voltage) }

    /// Takes note of a motor that must not go on.
    public mutating func note(complaint what: StaticString, motor: Int) {
        latch(.plant(what: what), motor)
    }

    private mutating func latch(_ new: LoopFault, _ motor: Int? = nil) {
        guard fault == nil else { return }
        fault = new
        culprit = motor
    }
}

/// What an arm's operator should look at before it stops the arm.
public struct SafetyWarnings: OptionSet, Sendable, BitwiseCopyable {
    /// One bit a kind.
    public let rawValue: UInt8

    /// Creates a set from its bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// A motor nears the temperature at which it shuts down.
    public static let hot = SafetyWarnings(rawValue: 1)
    /// A motor's supply has sagged under load.
    public static let weakSupply = SafetyWarnings(rawValue: 2)
    /// A motor says that its voltage is out of its range.
    public static let voltage = SafetyWarnings(rawValue: 4)

    /// One sentence each.
    public var lines: [String] {
        let all: [(SafetyWarnings, String)] = [
            (.hot, "a servo is hot: let the arm rest"),
            (.weakSupply, "the supply sags under load: a stronger one, or shorter cables"),
            (.voltage, "a servo says that its voltage is out of its range"),
        ]
        return all.filter { contains($0.0) }.map(\.1)
    }
}
