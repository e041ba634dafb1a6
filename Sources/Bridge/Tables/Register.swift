/// What a register is called here, on every servo that has it.
public enum RegisterName: Int, Sendable, CaseIterable {
    case firmwareMajor, firmwareMinor, endian
    case model, id, baud, returnDelay, responseLevel
    case minimumAngle, maximumAngle
    case maximumTemperature, maximumVoltage
    case minimumVoltage, maximumTorque, phase
    case unloadingCondition, alarm, positionP
    case positionD, positionI, startingForce
    case clockwiseDeadZone
    case counterclockwiseDeadZone
    case protectionCurrent, angularResolution
    case homingOffset, mode, protectiveTorque
    case protectionTime, overloadTorque
    case velocityP, overcurrentTime, velocityI
    case torqueEnable, acceleration, goalPosition
    case goalTime, goalSpeed, torqueLimit, lock
    case presentPosition, presentSpeed
    case presentLoad, presentVoltage
    case presentTemperature, asynchronousFlag
    case hardwareStatus, moving, presentCurrent
    case firmware, driveMode, shadowID, protocolType
    case movingThreshold, pwmLimit, currentLimit
    case velocityLimit, shutdown, led, registered
    case feedforward2, feedforward1
    case busWatchdog, goalPWM, goalCurrent
    case goalVelocity, profileAcceleration
    case profileVelocity, realtimeTick
    case movingStatus, presentPWM
    case velocityTrajectory, positionTrajectory
    case movingVelocityThreshold
    case maximumVelocity, maximumAcceleration
}

/// One register of a servo's control table; little-endian on the wire.
public struct Register: Equatable, Sendable {
    /// How a register's bits are a number.
    public enum Coding: Equatable, Sendable {
        /// A number from 0 up.
        case unsigned
        /// A magnitude whose sign stands in this bit, set for negative numbers.
        case signMagnitude(bit: Int)
        /// Two's complement over the register's size.
        case twosComplement
    }

    /// Who may write a register, and whether it keeps its value without power.
    public enum Storage: Equatable, Sendable {
        /// Kept; written only while torque is off and, on Feetech, the lock is open.
        case eeprom
        /// Forgotten at power-off.
        case ram
        /// Written by the servo alone.
        case readOnly
    }

    /// The register's name.
    public var name: RegisterName
    /// The address of its lowest byte.
    public var address: Int
    /// Its size in bytes: 1, 2 or 4.
    public var size: Int
    /// How its bits are a number.
    public var coding: Coding
    /// Who may write it.
    public var storage: Storage
    /// Its value when the servo leaves the factory, or after power-on.
    public var initial: Int

    init(
        _ name: RegisterName,
        _ address: Int,
        _ size: Int,
        _ storage: Storage,
        _ initial: Int = 0,
        coding: Coding = .unsigned
    ) {
        self.name = name
        self.address = address
        self.size = size
        self.coding = coding
        self.storage = storage
        self.initial = initial
    }

    /// The addresses of its bytes.
    public var range: Range<Int> { address..<address + size }

    /// The largest magnitude that fits.
    public var largest: Int {
        switch coding {
        case .unsigned: 1 << (8 * size) - 1
        case .signMagnitude(let bit): 1 << bit - 1
        case .twosComplement: 1 << (8 * size - 1) - 1
        }
    }

    /// The bits of a number, which is brought into the register's range.
    public func encode(_ value: Int) -> UInt32 {
        switch coding {
        case .unsigned: UInt32(min(max(value, 0), largest))
        case .signMagnitude(let bit):
            UInt32(min(value.magnitude, UInt(largest))) | (value < 0 ? 1 << UInt32(bit) : 0)
        case .twosComplement:
            UInt32(truncatingIfNeeded: min(max(value, -largest - 1), largest)) & mask
        }
    }

    /// The number that the bits mean.
    ///
    /// Bits above a sign bit are not looked at: a load register keeps other flags there.
    public func decode(_ bits: UInt32) -> Int {
        let bits = bits & mask
        switch coding {
        case .unsigned: return Int(bits)
        case .signMagnitude(let bit):
            let magnitude = Int(bits & (1 << UInt32(bit) - 1))
            return bits >> UInt32(bit) & 1 == 0 ? magnitude : -magnitude
        case .twosComplement:
            return Int(bits) > largest ? Int(bits) - 1 << (8 * size) : Int(bits)
        }
    }

    private var mask: UInt32 { size == 4 ? .max : 1 << UInt32(8 * size) - 1 }
}
