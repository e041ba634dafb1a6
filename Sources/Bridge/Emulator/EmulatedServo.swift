internal import Robots

/// One servo without its joint: a register file with the documented power-on values, and the rules
/// by which packets change it.
///
/// Where documentation is silent the unkind reading is taken: a servo whose torque is switched on
/// goes to whatever its goal register says.
public struct EmulatedServo {
    /// Its model's registers.
    public let table: ControlTable
    /// The register file.
    private(set) var memory: [UInt8]
    /// What it complains of.
    public internal(set) var alert: ServoAlert = []
    /// How it moves and warms up.
    var motor = EmulatedMotor()
    /// The supply voltage.
    var volts = 12.0
    /// Whether it answers at all.
    var isSilent = false
    /// Until when it starts after power-on, in seconds of the bus.
    var startsUntil = 0.0
    /// When the bus watchdog heard the last packet, in seconds of the bus.
    var heardAt = 0.0
    private var prepared: (address: Int, bytes: [UInt8])?

    /// A servo fresh from the factory, at `id`, its baud rate that of the bus.
    public init(table: ControlTable, id: UInt8, baud: Int) {
        self.table = table
        memory = [UInt8](repeating: 0, count: table.size)
        for register in table.registers { self[register] = register.initial }
        self[table[.id]] = Int(id)
        let code = ControlTable.bauds(table.wire).first { $0.baud == baud }?.code
        self[table[.baud]] = code ?? 0
        switchOn(at: 0)
    }

    /// The number that a register holds.
    public subscript(register: Register) -> Int {
        get {
            var bits: UInt32 = 0
            for (place, address) in register.range.enumerated() {
                bits |= UInt32(memory[address]) << UInt32(8 * place)
            }
            return register.decode(bits)
        }
        set {
            let bits = register.encode(newValue)
            for (place, address) in register.range.enumerated() {
                memory[address] = UInt8(truncatingIfNeeded: bits >> UInt32(8 * place))
            }
        }
    }

    /// The number that a register holds; 0 on a model that has none.
    public subscript(name: RegisterName) -> Int {
        get { table.register(name).map { self[$0] } ?? 0 }
        set { if let register = table.register(name) { self[register] = newValue } }
    }

    /// Its number on the bus.
    public var id: UInt8 { UInt8(truncatingIfNeeded: self[.id]) }

    /// Bits per second that it listens to.
    public var baud: Int { ControlTable.baud(code: self[.baud], wire: table.wire) ?? 0 }

    /// How long it waits before it answers, in seconds; registers count 2 µs.
    public var returnDelay: Double { Double(self[.returnDelay]) * 2e-6 }

    /// Whether its motor is powered.
    public var hasTorque: Bool { self[.torqueEnable] == 1 }

    /// Whether it hears a packet for `id` now.
    func hears(_ id: UInt8, at time: Double) -> Bool {
        guard !isSilent, time >= startsUntil else { return false }
        if id == Instruction.broadcast || id == self.id { return true }
        return table.wire == .dynamixel && self[.shadowID] == Int(id) && id <= 0xFC
    }

    /// Forgets what is not kept without power.
    mutating func switchOn(at time: Double) {
        for register in table.registers where register.storage != .eeprom {
            self[register] = register.initial
        }
        if table.wire == .feetech { self[.torqueLimit] = self[.maximumTorque] }
        alert = []
        prepared = nil
        motor.overloadedFor = 0
        motor.hasWatchdogStop = false
        startsUntil = time + 0.2
        heardAt = time
    }

    /// Reads `count` bytes; nil beyond the table.
    func read(_ address: Int, _ count: Int) -> ArraySlice<UInt8>? {
        // A table has holes and an end; reads past it give zeros on the real servo as well.
        guard count > 0, address >= 0, address + count <= 256 + table.size else { return nil }
        let end = min(address + count, memory.count)
        let known = address < end ? Array(memory[address..<end]) : []
        return (known + [UInt8](repeating: 0, count: count - known.count))[...]
    }

    /// Writes registers as a packet asks.
    ///
    /// - Returns: A Dynamixel's error number, 0 for none; a Feetech servo never says.
    mutating func write(_ address: Int, _ bytes: [UInt8]) -> UInt8 {
        guard !bytes.isEmpty, address >= 0, address + bytes.count <= memory.count else {
            return WriteError.access
        }
        let span = address..<address + bytes.count
        let torque = hasTorque
        var next = self
        for (place, at) in span.enumerated() { next.memory[at] = bytes[place] }
        for register in table.registers where register.range.overlaps(span) {
            let error = refusal(of: register, changedTo: next[register], torque: torque)
            if error == WriteError.ignored { next[register] = self[register] }
            if error != 0, error != WriteError.ignored { return error }
        }
        memory = next.memory
        settle(span, torqueBefore: torque)
        return 0
    }

    /// Keeps a write for ``act()``.
    mutating func prepare(_ address: Int, _ bytes: [UInt8]) { prepared = (address, bytes) }

    /// Carries out the prepared write.
    mutating func act() {
        guard let write = prepared else { return }
        prepared = nil
        _ = self.write(write.address, write.bytes)
    }

    private enum WriteError {
        static let limit: UInt8 = 6
        static let access: UInt8 = 7
        /// A Feetech servo keeps what it has and says nothing.
        static let ignored: UInt8 = 0xFF
    }

    private func refusal(of register: Register, changedTo value: Int, torque: Bool) -> UInt8 {
        let quiet = table.wire == .feetech
        switch register.storage {
        case .readOnly: return quiet ? WriteError.ignored : WriteError.access
        case .eeprom:
            if quiet { return self[.lock] == 0 ? 0 : WriteError.ignored }
            return torque ? WriteError.access : 0
        case .ram: break
        }
        guard !quiet, register.name == .goalPosition else {
            return motor.hasWatchdogStop && register.name == .goalPosition
                ? WriteError.access : 0
        }
        if motor.hasWatchdogStop { return WriteError.access }
        let isSingleTurn = self[.mode] == 3
        let range = self[.minimumAngle]...max(self[.minimumAngle], self[.maximumAngle])
        return isSingleTurn && !range.contains(value) ? WriteError.limit : 0
    }

    /// What follows from a write.
    private mutating func settle(_ span: Range<Int>, torqueBefore: Bool) {
        func touched(_ name: RegisterName) -> Bool {
            table.register(name)?.range.overlaps(span) ?? false
        }
        if touched(.torqueEnable) {
            if table.wire == .feetech, self[.torqueEnable] == 128 { makeMiddle() }
            if self[.torqueEnable] > 1 { self[.torqueEnable] = torqueBefore ? 1 : 0 }
            if hasTorque != torqueBefore { torqueSwitched() }
        }
        // A Feetech goal switches the torque on.
        if touched(.goalPosition), table.wire == .feetech, !touched(.torqueEnable), !hasTorque {
            self[.torqueEnable] = 1
            torqueSwitched()
        }
        if touched(.busWatchdog), self[.busWatchdog] == 0 { motor.hasWatchdogStop = false }
    }

    /// Feetech's torque value 128: what is the present position becomes 2048.
    private mutating func makeMiddle() {
        let encoder = self[.presentPosition] + self[.homingOffset]
        self[.homingOffset] = encoder - 2048
        self[.presentPosition] = 2048
    }

    private mutating func torqueSwitched() {
        if table.wire == .feetech || !hasTorque { alert.subtract([.overload, .overcurrent]) }
        // A Dynamixel that shut down stays down until it is rebooted.
        if table.wire == .dynamixel, !alert.isDisjoint(with: .stopping) { self[.torqueEnable] = 0 }
        motor.overloadedFor = 0
        motor.trajectory = nil
    }
}
