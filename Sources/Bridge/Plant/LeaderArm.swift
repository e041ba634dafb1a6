public import Robots
public import Runtime

/// An arm that a hand moves: its joints are read, nothing is sent to it.
///
/// A servo that does not answer keeps its last value; when one has been silent for as many reads as
/// robot.yaml allows, reading fails. One thread owns it. Reading allocates nothing.
public final class LeaderArm {
    /// The bus, with its counts.
    public let bus: ServoBus
    /// Arm joint positions in radians when they were last heard of.
    public private(set) var positions: JointVector
    /// The gripper's opening in metres when it was last heard of.
    public private(set) var opening = 0.0
    private let registers: ArmRegisters
    private let lostReadsToStop: Int
    private var silent: [Int]

    /// Takes the torque from an arm's servos, so that a hand can move it, and reads it.
    ///
    /// - Parameters:
    ///   - bus: Its bus.
    ///   - servos: Its servos, calibrated.
    /// - Throws: ``SetupError`` when a servo does not answer or take what it is told.
    public init(bus: ServoBus, servos: ArmServos) throws(SetupError) {
        self.bus = bus
        registers = ArmRegisters(map: servos, fast: false)
        lostReadsToStop = servos.lostTicksToStop
        positions = JointVector(count: servos.joints.count)
        silent = [Int](repeating: 0, count: servos.all.count)
        let setup = ServoSetup(bus: bus, servos: servos)
        try setup.configure()
        try setup.release()
        let heard: Int
        do {
            heard = try bus.read(registers.present, until: bus.port.now() + .milliseconds(200))
        } catch {
            throw .bus(error)
        }
        takeOver()
        guard heard == registers.count else {
            let missing = registers.present.ids.indices.first {
                !registers.present.hasAnswered($0)
            }
            throw .bus(.noAnswer(id: missing.map { registers.present.ids[$0] } ?? 0, tries: 3))
        }
    }

    /// Reads the joints, for as long as `span` at most.
    ///
    /// - Throws: ``Runtime/LoopFault`` when a servo, or the port, has been silent for too long.
    public func read(within span: TimeSpan) throws(LoopFault) {
        do {
            _ = try bus.read(registers.present, until: bus.port.now() + span)
        } catch {
            _ = bus.reconnect()
        }
        takeOver()
        for count in silent where count >= lostReadsToStop {
            throw .policy(what: "the leader is silent for the ticks that robot.yaml allows")
        }
    }

    private func takeOver() {
        for index in silent.indices {
            guard registers.present.hasAnswered(index) else {
                silent[index] += 1
                continue
            }
            silent[index] = 0
            if index < positions.count {
                positions[index] = registers.radians(index)
            } else {
                opening = registers.opening
            }
        }
    }
}
