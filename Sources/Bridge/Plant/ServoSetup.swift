internal import Robots
public import Runtime

/// Brings an arm's servos from whatever they are to holding where they are, and lets go again.
public struct ServoSetup {
    let bus: ServoBus
    let servos: ArmServos
    private let table: ControlTable
    private let ids: [UInt8]

    /// Servos of one arm.
    public init(bus: ServoBus, servos: ArmServos) {
        self.bus = bus
        self.servos = servos
        ids = servos.all.map(\.id)
        table = servos.table
    }

    /// Checks that each servo is there, of the model that robot.yaml names, with the calibration's
    /// homing offset.
    ///
    /// - Throws: ``SetupError`` naming the joint.
    public func check(_ calibration: ArmCalibration?) throws(SetupError) {
        for servo in servos.all {
            let number = try wrap { () throws(BusError) in
                try bus.read(table[.model], of: servo.id)
            }
            guard servo.table.modelNumber == number else {
                throw .wrongModel(servo, found: number)
            }
            guard let wanted = calibration?[servo.joint]?.homingOffset else { continue }
            let offset = try wrap { () throws(BusError) in
                try bus.read(table[.homingOffset], of: servo.id)
            }
            guard offset == wanted else {
                throw .otherCalibration(servo, wanted: wanted, found: offset)
            }
        }
    }

    /// Writes what the loop needs into each servo, where it is not there yet: position mode, answers
    /// at once, gains and torque limits as LeRobot sets them.
    ///
    /// A servo that must be changed loses its torque for it.
    public func configure() throws(SetupError) {
        for servo in servos.all {
            let isGripper = servo.id == servos.gripper?.id
            try wrap { () throws(BusError) in
                try set(eeprom(servo, isGripper: isGripper), of: servo.id)
                try set(ram(servo), of: servo.id)
            }
        }
        bus.timing.returnDelay = .zero
    }

    /// Makes each goal the present position and lets the torque grow to its limit over `ramp`.
    public func engage(ramp: TimeSpan = .seconds(1)) throws(SetupError) {
        let limit = servos.wire == .feetech ? table[.torqueLimit] : table[.goalPWM]
        let full = Double(table.fullTorque)
        let share = SyncBlock(ids: ids, addresses: limit.range)
        let goal = SyncBlock(ids: ids, addresses: table[.goalPosition].range)
        let torque = SyncBlock(ids: ids, addresses: table[.torqueEnable].range)
        try wrap { () throws(BusError) in
            var isHeld = true
            for (index, servo) in servos.all.enumerated() {
                if try bus.read(table[.torqueEnable], of: servo.id) != 1 { isHeld = false }
                let here = try bus.read(table[.presentPosition], of: servo.id)
                goal.set(here, table[.goalPosition], of: index)
                torque.set(1, table[.torqueEnable], of: index)
            }
            let steps = isHeld ? 1 : max(1, Int(ramp.seconds * 50))
            for step in 1...steps {
                for (index, servo) in servos.all.enumerated() {
                    let now = servo.torqueLimit * full * Double(step) / Double(steps)
                    share.set(Int(now.rounded()), limit, of: index)
                }
                try bus.write(share)
                // Sync writes are not answered, so the goal is sent each time.
                try bus.write(goal)
                try bus.write(torque)
                if step < steps { bus.port.sleep(until: bus.port.now() + .milliseconds(20)) }
            }
            for servo in servos.all where try bus.read(table[.torqueEnable], of: servo.id) != 1 {
                throw .notTaken(id: servo.id, register: "torqueEnable")
            }
        }
    }

    /// Starts the servos' own watchdog, on Dynamixels alone.
    ///
    /// Without a packet for `span` they stop.
    public func startWatchdog(_ span: TimeSpan) throws(SetupError) {
        try watchdog(max(1, min(127, Int((span.seconds / 0.02).rounded()))))
    }

    /// Ends the servos' own watchdog.
    public func endWatchdog() throws(SetupError) { try watchdog(0) }

    private func watchdog(_ value: Int) throws(SetupError) {
        guard let register = table.register(.busWatchdog) else { return }
        try wrap { () throws(BusError) in
            for id in ids { try bus.write(value, to: register, of: id) }
        }
    }

    /// Takes the torque away: an arm that is not held drops.
    public func release() throws(SetupError) {
        try wrap { () throws(BusError) in
            for id in ids { try bus.write(0, to: table[.torqueEnable], of: id) }
        }
    }

    /// Writes registers that a servo keeps without power, where it does not hold them yet.
    func keep(_ settings: [Setting], in servo: JointServo) throws(SetupError) {
        try wrap { () throws(BusError) in try set(settings, of: servo.id) }
    }

    // MARK: What is written

    /// A register and what it is to hold.
    typealias Setting = (name: RegisterName, value: Int)

    private func eeprom(_ servo: JointServo, isGripper: Bool) -> [Setting] {
        switch servos.wire {
        case .feetech:
            let common: [Setting] = [
                (.returnDelay, 0), (.responseLevel, 1), (.mode, 0), (.positionP, 16),
                (.positionI, 0), (.positionD, 32),
                (.maximumTorque, Int((servo.torqueLimit * 1000).rounded())),
            ]
            // LeRobot's guard against burnt grippers.
            return common + (isGripper ? [(.protectionCurrent, 250), (.overloadTorque, 25)] : [])
        case .dynamixel: return [(.returnDelay, 0), (.mode, 3)]
        }
    }

    private func ram(_ servo: JointServo) -> [Setting] {
        switch servos.wire {
        case .feetech: [(.acceleration, 254), (.goalSpeed, 0)]
        // Steps, not profiles: the gate bounds speed and acceleration.
        case .dynamixel:
            [
                (.responseLevel, 2), (.busWatchdog, 0), (.profileVelocity, 0),
                (.profileAcceleration, 0),
            ]
        }
    }

    private func set(_ settings: [Setting], of id: UInt8) throws(BusError) {
        var changes: [(Register, Int)] = []
        for setting in settings {
            guard let register = table.register(setting.name) else { continue }
            if try bus.read(register, of: id) != setting.value {
                changes.append((register, setting.value))
            }
        }
        guard !changes.isEmpty else { return }
        let isLasting = changes.contains { $0.0.storage == .eeprom }
        if isLasting {
            try bus.write(0, to: table[.torqueEnable], of: id)
            if let lock = table.register(.lock) { try bus.write(0, to: lock, of: id) }
        }
        for (register, value) in changes { try bus.set(value, register, of: id) }
        if isLasting, let lock = table.register(.lock) { try bus.write(1, to: lock, of: id) }
    }

    private func wrap<Value>(_ body: () throws(BusError) -> Value) throws(SetupError) -> Value {
        do {
            return try body()
        } catch {
            throw .bus(error)
        }
    }
}
