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

    private let lostTicksToStop: Int
    private let following: FollowingError
    private var lagging: JointVector
    private var silent: [Int]

    /// Creates a monitor.
    ///
    /// - Parameters:
    ///   - jointCount: Arm joints.
    ///   - motorCount: Motors that answer, the gripper's included.
    ///   - lostTicksToStop: After so many ticks in a row without an answer, of all motors or of one.
    ///   - following: How far and how long a joint may lag behind its command.
    public init(
        jointCount: Int,
        motorCount: Int,
        lostTicksToStop: Int,
        following: FollowingError
    ) {
        self.lostTicksToStop = lostTicksToStop
        self.following = following
        lagging = JointVector(count: jointCount)
        silent = [Int](repeating: 0, count: motorCount)
    }

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
