internal import Robots

/// How an emulated servo's registers and its joint move each other.
extension EmulatedServo {
    /// What a servo asks of its joint.
    struct Drive: Equatable {
        /// The position to hold, in encoder steps; nil while the motor has no power.
        var target: Double?
        /// The share of full torque that it may use.
        var torque: Double
    }

    /// Lets `seconds` pass, at `time` of the bus, and says what the motor does.
    mutating func advance(seconds: Double, at time: Double) -> Drive {
        motor.warm(seconds: seconds)
        watch(at: time)
        protect(seconds: seconds)
        guard hasTorque, time >= startsUntil else {
            motor.trajectory = nil
            motor.duty = 0
            return Drive(target: nil, torque: 0)
        }
        if motor.hasWatchdogStop {
            motor.stop()
        } else {
            motor.follow(
                goal: Double(goal),
                speed: profileSpeed,
                acceleration: profileAcceleration,
                seconds: seconds
            )
        }
        let target = motor.trajectory ?? motor.encoder
        // Full duty at an error of 800 / P steps: SO-101's sag of some 25 steps at half its torque,
        // with LeRobot's P of 16.
        let gain = max(1.0, Double(feetechGain)) / 800
        let limit = torqueShare
        motor.duty = min(max((target - motor.encoder) * gain, -limit), limit)
        return Drive(target: target, torque: limit)
    }

    /// Takes the joint's state over into the registers.
    mutating func feel(encoder: Double, speed: Double) {
        motor.encoder = encoder
        motor.speed = speed
        let offset = table.wire == .feetech ? -self[.homingOffset] : self[.homingOffset]
        var position = Int(encoder.rounded()) + offset
        // One turn alone, unless it counts several.
        if table.wire == .feetech { position = position & 4095 }
        self[.presentPosition] = position
        let unit = table.wire == .feetech ? 1 : table.speedUnit * 4096 / (2 * Double.pi)
        self[.presentSpeed] = Int((speed / unit).rounded())
        self[.presentLoad] = Int((motor.duty * 1000).rounded())
        self[.presentPWM] = Int((motor.duty * 885).rounded())
        if table.currentUnit > 0 {
            self[.presentCurrent] = Int(
                (motor.duty * Self.stallAmperes / table.currentUnit).rounded()
            )
        }
        self[.presentTemperature] = Int(motor.temperature.rounded())
        self[.presentVoltage] = Int((volts * 10).rounded())
        self[.moving] = abs(motor.trajectorySpeed) > 0 ? 1 : 0
        self[.positionTrajectory] = Int((motor.trajectory ?? encoder).rounded()) + offset
        self[.hardwareStatus] = Int(
            table.wire == .feetech ? alert.feetechByte : alert.dynamixelByte
        )
    }

    /// What a stalled motor draws, in amperes.
    static let stallAmperes = 2.4

    /// The goal in encoder steps, within the angle limits of position mode.
    private var goal: Int {
        let limited =
            self[.maximumAngle] > self[.minimumAngle]
            ? min(max(self[.goalPosition], self[.minimumAngle]), self[.maximumAngle])
            : self[.goalPosition]
        let offset = self[.homingOffset]
        return table.wire == .feetech ? limited + offset : limited - offset
    }

    private var profileSpeed: Double {
        switch table.wire {
        case .feetech: Double(abs(self[.goalSpeed]))
        case .dynamixel: Double(self[.profileVelocity]) * table.speedUnit * 4096 / (2 * Double.pi)
        }
    }

    private var profileAcceleration: Double {
        switch table.wire {
        case .feetech: Double(self[.acceleration]) * 100
        // 214.577 rev/min² a unit.
        case .dynamixel: Double(self[.profileAcceleration]) * 214.577 * 4096 / 3600
        }
    }

    private var feetechGain: Int {
        table.wire == .feetech ? self[.positionP] : self[.positionP] / 25
    }

    /// The share of full torque that registers and protection leave.
    private var torqueShare: Double {
        let full =
            table.wire == .feetech
            ? Double(min(self[.torqueLimit], self[.maximumTorque])) / 1000
            : Double(min(abs(self[.goalPWM]), self[.pwmLimit])) / 885
        return alert.contains(.overload) ? min(full, Double(self[.protectiveTorque]) / 100) : full
    }

    /// Overload, overheating and voltage.
    private mutating func protect(seconds: Double) {
        let threshold = table.wire == .feetech ? Double(self[.overloadTorque]) / 100 : 0.95
        let patience = table.wire == .feetech ? Double(self[.protectionTime]) / 100 : 2
        motor.overloadedFor =
            hasTorque && abs(motor.duty) >= threshold ? motor.overloadedFor + seconds : 0
        if motor.overloadedFor >= patience { alert.insert(.overload) }
        if motor.temperature > Double(self[.maximumTemperature]) { alert.insert(.overheat) }
        let range = Double(self[.minimumVoltage]) / 10...Double(self[.maximumVoltage]) / 10
        if range.contains(volts) { alert.remove(.voltage) } else { alert.insert(.voltage) }
        if table.wire == .feetech, motor.temperature <= Double(self[.maximumTemperature]) {
            alert.remove(.overheat)
        }
        let shutsDown =
            table.wire == .feetech
            ? alert.contains(.overheat) : !alert.isDisjoint(with: [.overheat, .overload])
        if shutsDown { self[.torqueEnable] = 0 }
    }

    /// The bus watchdog of a Dynamixel.
    private mutating func watch(at time: Double) {
        let value = self[.busWatchdog]
        guard table.wire == .dynamixel, value > 0 else { return }
        guard hasTorque else {
            heardAt = time
            return
        }
        guard time - heardAt > Double(value) * 0.02 else { return }
        self[.busWatchdog] = -1
        motor.hasWatchdogStop = true
        // It stops where it stands.
        motor.trajectory = motor.encoder
    }
}
