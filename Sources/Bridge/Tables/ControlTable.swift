public import Robots

/// The registers of one model of servo, and the sizes of their units.
public struct ControlTable: Sendable {
    /// The model's name, as robot.yaml writes it.
    public let model: String
    /// The number in its register `model`.
    public let modelNumber: Int
    /// What it speaks.
    public let wire: ServoProtocol
    /// Its registers by address.
    public let registers: [Register]
    /// Radians per second of one unit of speed.
    public let speedUnit: Double
    /// Amperes of one unit of current; 0 where the servo does not measure it.
    public let currentUnit: Double
    /// The value of `torque_limit`, `goal_pwm` or `goal_current` that means full torque.
    public let fullTorque: Int
    /// Bytes of addresses.
    public let size: Int
    /// Where each name's register is among ``registers``; -1 for none.
    private let places: [Int]

    init(
        model: String,
        modelNumber: Int,
        wire: ServoProtocol,
        registers: [Register],
        speedUnit: Double,
        currentUnit: Double,
        fullTorque: Int
    ) {
        self.model = model
        self.modelNumber = modelNumber
        self.wire = wire
        self.registers = registers.sorted { $0.address < $1.address }
        self.speedUnit = speedUnit
        self.currentUnit = currentUnit
        self.fullTorque = fullTorque
        size = registers.map(\.range.upperBound).max() ?? 0
        let sorted = self.registers
        places = RegisterName.allCases.map { name in
            sorted.firstIndex { $0.name == name } ?? -1
        }
    }

    /// The register of a name; nil where the model has none.
    public func register(_ name: RegisterName) -> Register? {
        let place = places[name.rawValue]
        return place < 0 ? nil : registers[place]
    }

    /// A register that every model of this protocol has.
    subscript(name: RegisterName) -> Register {
        guard let register = register(name) else {
            preconditionFailure("\(model) has no register \(name)")
        }
        return register
    }

    /// All models known here.
    public static let all: [ControlTable] = [STS3215.table] + DynamixelX.models

    /// The model of a name; nil when it is not known.
    public static func named(_ name: String) -> ControlTable? {
        all.first { $0.model == name }
    }

    /// The model of a number read from a servo; nil when it is not known.
    public static func numbered(_ number: Int, wire: ServoProtocol) -> ControlTable? {
        all.first { $0.wire == wire && $0.modelNumber == number }
    }

    /// Bits per second of a value of the register `baud`; nil for one that is not defined.
    public static func baud(code: Int, wire: ServoProtocol) -> Int? {
        bauds(wire).first { $0.code == code }?.baud
    }

    /// Codes of the register `baud`: Feetech's vendor header and ROBOTIS' e-manual.
    static func bauds(_ wire: ServoProtocol) -> [(code: Int, baud: Int)] {
        switch wire {
        case .feetech:
            [
                (0, 1_000_000), (1, 500_000), (2, 250_000), (3, 128_000), (4, 115_200),
                (5, 76_800), (6, 57_600), (7, 38_400),
            ]
        case .dynamixel:
            [
                (0, 9600), (1, 57_600), (2, 115_200), (3, 1_000_000), (4, 2_000_000),
                (5, 3_000_000), (6, 4_000_000),
            ]
        }
    }
}
