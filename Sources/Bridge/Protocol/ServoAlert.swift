public import Robots

/// What a servo complains of, the same for both protocols.
public struct ServoAlert: OptionSet, Sendable, BitwiseCopyable, Hashable {
    /// One bit per complaint.
    public let rawValue: UInt16

    /// Creates a set from its bits.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// The supply voltage is out of its range.
    public static let voltage = ServoAlert(rawValue: 1)
    /// The encoder gives no angle.
    public static let encoder = ServoAlert(rawValue: 2)
    /// Too hot.
    public static let overheat = ServoAlert(rawValue: 4)
    /// Too much current, or an electrical shock.
    public static let overcurrent = ServoAlert(rawValue: 8)
    /// The load was too high for too long; the servo yields until its torque is switched anew.
    public static let overload = ServoAlert(rawValue: 16)
    /// A Dynamixel has an error in its register 70.
    public static let hardware = ServoAlert(rawValue: 32)
    /// The servo refused the packet: unknown instruction, checksum, range, length, limit or access.
    public static let refused = ServoAlert(rawValue: 64)

    /// Complaints after which the arm must not move on.
    public static let stopping: ServoAlert = [
        .encoder, .overheat, .overcurrent, .overload, .hardware,
    ]

    /// The complaint in a status packet's error byte.
    public init(status byte: UInt8, wire: ServoProtocol) {
        switch wire {
        case .feetech: self.init(feetech: byte)
        case .dynamixel:
            self = byte & 0x80 != 0 ? .hardware : []
            if byte & 0x7F != 0 { insert(.refused) }
        }
    }

    /// The complaint in a Dynamixel's register 70, "hardware error status".
    public init(dynamixelHardware byte: UInt8) {
        self = []
        if byte & 0x01 != 0 { insert(.voltage) }
        if byte & 0x04 != 0 { insert(.overheat) }
        if byte & 0x08 != 0 { insert(.encoder) }
        if byte & 0x10 != 0 { insert(.overcurrent) }
        if byte & 0x20 != 0 { insert(.overload) }
    }

    private init(feetech byte: UInt8) {
        self = []
        if byte & 0x01 != 0 { insert(.voltage) }
        if byte & 0x02 != 0 { insert(.encoder) }
        if byte & 0x04 != 0 { insert(.overheat) }
        if byte & 0x08 != 0 { insert(.overcurrent) }
        if byte & 0x20 != 0 { insert(.overload) }
    }

    /// This complaint as a Feetech status packet's error byte.
    var feetechByte: UInt8 {
        var byte: UInt8 = 0
        if contains(.voltage) { byte |= 0x01 }
        if contains(.encoder) { byte |= 0x02 }
        if contains(.overheat) { byte |= 0x04 }
        if contains(.overcurrent) { byte |= 0x08 }
        if contains(.overload) { byte |= 0x20 }
        return byte
    }

    /// This complaint as a Dynamixel's register 70.
    var dynamixelByte: UInt8 {
        var byte: UInt8 = 0
        if contains(.voltage) { byte |= 0x01 }
        if contains(.overheat) { byte |= 0x04 }
        if contains(.encoder) { byte |= 0x08 }
        if contains(.overcurrent) { byte |= 0x10 }
        if contains(.overload) { byte |= 0x20 }
        return byte
    }
}

extension ServoAlert: CustomStringConvertible {
    /// The complaints, separated by commas.
    public var description: String {
        let names: [(ServoAlert, String)] = [
            (.voltage, "voltage"), (.encoder, "encoder"), (.overheat, "overheating"),
            (.overcurrent, "over-current"), (.overload, "overload"),
            (.hardware, "hardware error"), (.refused, "packet refused"),
        ]
        return names.filter { contains($0.0) }.map(\.1).joined(separator: ", ")
    }
}
