internal import Robots

/// The blocks of registers that move between host and servos in a tick, and what their bits mean.
///
/// Made once. Reading a joint, commanding a joint: neither allocates.
struct ArmRegisters {
    /// What a tick reads of every servo: position, speed, and load or current.
    let present: SyncBlock
    /// What a tick writes to every servo: its goal.
    let goal: SyncBlock
    /// One block per servo, for looking after one a tick: torque, hardware status, watchdog.
    let health: [SyncBlock]
    /// One block per servo: voltage and temperature, on Dynamixel's wire; Feetech's present block
    /// has them.
    let climate: [SyncBlock]
    let map: ArmServos
    private let servos: [JointServo]
    private let position: Register
    private let speed: Register
    private let goalPosition: Register
    private let torque: Register
    private let status: Register
    private let voltage: Register
    private let temperature: Register
    private let watchdog: Register?

    init(map: ArmServos, fast: Bool) {
        self.map = map
        servos = map.all
        let table = map.table
        position = table[.presentPosition]
        speed = table[.presentSpeed]
        goalPosition = table[.goalPosition]
        torque = table[.torqueEnable]
        status = table[.hardwareStatus]
        voltage = table[.presentVoltage]
        temperature = table[.presentTemperature]
        watchdog = table.register(.busWatchdog)
        let ids = servos.map(\.id)
        // Feetech: position to current, status among them. Dynamixel: current to position.
        let block = map.wire == .feetech ? 56..<71 : 126..<136
        present = SyncBlock(ids: ids, addresses: block, isFast: fast)
        goal = SyncBlock(ids: ids, addresses: goalPosition.range)
        let looks = map.wire == .feetech ? torque.range : 64..<99
        health = ids.map { SyncBlock(ids: [$0], addresses: looks) }
        climate =
            map.wire == .feetech ? [] : ids.map { SyncBlock(ids: [$0], addresses: 144..<147) }
    }

    /// How many servos answer.
    var count: Int { servos.count }

    /// Which servos answered the last read; bit `i` is servo `i`.
    var answered: UInt32 {
        var bits: UInt32 = 0
        for index in 0..<count where present.hasAnswered(index) { bits |= 1 << UInt32(index) }
        return bits
    }

    /// The joint position in radians that servo `index` reported.
    func radians(_ index: Int) -> Double {
        servos[index].position(atStep: Double(present.value(position, of: index)))
    }

    /// The joint speed in radians per second that servo `index` reported.
    func speed(_ index: Int) -> Double {
        servos[index].speedUnit * Double(present.value(speed, of: index))
    }

    /// The opening in metres that the gripper's servo, the last, reported.
    var opening: Double {
        map.opening(atStep: Double(present.value(position, of: count - 1)))
    }

    /// Puts a command into the goals.
    func aim(_ command: JointCommand) {
        for index in 0..<command.arm.count {
            aim(index, servos[index].step(at: command.arm[index]))
        }
        if map.gripper != nil { aim(count - 1, map.step(atOpening: command.gripperOpening)) }
    }

    /// Puts the present positions into the goals of the servos that have answered.
    func aimAtPresent() {
        for index in 0..<count where present.hasAnswered(index) {
            goal.set(present.value(position, of: index), goalPosition, of: index)
        }
    }

    private func aim(_ index: Int, _ step: Double) {
        let bound = map.wire == .feetech ? 0.0...4095.0 : -1_048_575.0...1_048_575.0
        let rounded = min(max(step, bound.lowerBound), bound.upperBound).rounded()
        goal.set(Int(rounded), goalPosition, of: index)
    }

    /// What servo `index` complained of in its last answer.
    func alert(_ index: Int) -> ServoAlert {
        ServoAlert(status: present.error(index), wire: map.wire)
    }

    /// Volts and degrees Celsius of servo `index`, once it has told them.
    func climate(_ index: Int) -> (volts: Double, celsius: Int) {
        let (block, place) =
            map.wire == .feetech ? (present, index) : (climate[index], 0)
        return (
            Double(block.value(voltage, of: place)) / 10, block.value(temperature, of: place)
        )
    }

    /// What the last look after servo `index` found; nil when all is as it should be.
    func ailment(_ index: Int) -> StaticString? {
        let block = health[index]
        guard block.hasAnswered(0) else { return nil }
        if map.wire == .dynamixel {
            let hardware = ServoAlert(
                dynamixelHardware: UInt8(truncatingIfNeeded: block.value(status, of: 0))
            )
            if !hardware.isDisjoint(with: .stopping) {
                return "a servo reports a hardware error and has shut down"
            }
            if let watchdog, block.value(watchdog, of: 0) < 0 {
                return "the servos' bus watchdog has stopped the arm"
            }
        }
        return block.value(torque, of: 0) == 1
            ? nil : "a servo has lost its torque: brown-out, or switched off by another hand"
    }
}
