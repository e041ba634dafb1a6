internal import Robots

/// What one servo reports of itself.
public struct ServoReading: Equatable, Sendable {
    /// The joint that it moves.
    public var joint: String
    /// Its number on the bus.
    public var id: UInt8
    /// The step that it reports, after its homing offset.
    public var step: Int
    /// The joint's position in radians; of a slider in metres.
    public var position: Double
    /// The joint's speed in radians per second, of a slider's servo that of its horn.
    public var speed: Double
    /// The share of its duty cycle or its rated current that the motor uses, signed; amperes on models
    /// that measure current, see ``isCurrent``.
    public var load: Double
    /// Whether ``load`` is in amperes.
    public var isCurrent: Bool
    /// Its supply in volts.
    public var volts: Double
    /// In degrees Celsius.
    public var celsius: Int
    /// Whether its motor holds.
    public var hasTorque: Bool
    /// What it complains of.
    public var alert: ServoAlert
}

/// Reads all that there is to see of an arm's servos, for people; a loop uses ``SerialPlant``.
public struct ArmReader {
    private let bus: ServoBus
    private let servos: [JointServo]

    /// A reader of an arm's servos.
    public init(bus: ServoBus, servos: ArmServos) {
        self.bus = bus
        self.servos = servos.all
    }

    /// Asks each servo.
    ///
    /// - Returns: One reading a servo, arm first; nil for one that gave no answer.
    public func read() throws(BusError) -> [ServoReading?] {
        var readings: [ServoReading?] = []
        for servo in servos {
            do {
                readings.append(try read(servo))
            } catch {
                guard case .noAnswer = error else { throw error }
                readings.append(nil)
            }
        }
        return readings
    }

    private func read(_ servo: JointServo) throws(BusError) -> ServoReading {
        let table = servo.table
        let torque = try bus.read(table[.torqueEnable], of: servo.id)
        let span = table.wire == .feetech ? 56..<71 : 126..<147
        let (bytes, status) = try bus.read(servo.id, address: span.lowerBound, count: span.count)
        func value(_ register: Register) -> Int {
            var bits: UInt32 = 0
            for place in 0..<register.size {
                let byte = bytes[register.address - span.lowerBound + place]
                bits |= UInt32(byte) << UInt32(8 * place)
            }
            return register.decode(bits)
        }
        var alert = status
        if table.wire == .dynamixel, status.contains(.hardware) {
            let error = try bus.read(table[.hardwareStatus], of: servo.id)
            alert.formUnion(ServoAlert(dynamixelHardware: UInt8(truncatingIfNeeded: error)))
        }
        let (load, isCurrent) = Self.load(table, value)
        let step = value(table[.presentPosition])
        return ServoReading(
            joint: servo.joint,
            id: servo.id,
            step: step,
            position: servo.position(atStep: Double(step)),
            speed: servo.speedUnit * Double(value(table[.presentSpeed])),
            load: load,
            isCurrent: isCurrent,
            volts: Double(value(table[.presentVoltage])) / 10,
            celsius: value(table[.presentTemperature]),
            hasTorque: torque == 1,
            alert: alert
        )
    }

    private static func load(
        _ table: ControlTable,
        _ value: (Register) -> Int
    ) -> (Double, isCurrent: Bool) {
        if table.wire == .dynamixel, let current = table.register(.presentCurrent),
            table.currentUnit > 0
        {
            return (Double(value(current)) * table.currentUnit, true)
        }
        // XL430 has a load in the current's place, in 0.1 %, as Feetech's servos.
        guard let load = table.register(.presentLoad) ?? table.register(.presentCurrent) else {
            return (0, false)
        }
        return (Double(value(load)) / 1000, false)
    }
}
