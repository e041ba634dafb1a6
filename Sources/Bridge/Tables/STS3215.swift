internal import Robots

/// Feetech STS3215, the servo of SO-100 and SO-101.
///
/// Source: Feetech's memory table for the STS series and SMS_STS.h. Speeds are steps per second,
/// loads 0.1 % of the duty cycle, voltages 0.1 V, currents 6.5 mA. Present position is the encoder's
/// minus `homing_offset`.
enum STS3215 {
    static let table = ControlTable(
        model: "sts3215",
        modelNumber: 777,
        wire: .feetech,
        registers: eeprom + ram + present + factory,
        speedUnit: 2 * Double.pi / 4096,
        currentUnit: 6.5e-3,
        fullTorque: 1000
    )

    private static let eeprom: [Register] = [
        Register(.firmwareMajor, 0, 1, .readOnly, 3),
        Register(.firmwareMinor, 1, 1, .readOnly, 10),
        Register(.endian, 2, 1, .readOnly, 0),
        Register(.model, 3, 2, .readOnly, 777),
        Register(.id, 5, 1, .eeprom, 1),
        Register(.baud, 6, 1, .eeprom, 0),
        Register(.returnDelay, 7, 1, .eeprom, 250),
        Register(.responseLevel, 8, 1, .eeprom, 1),
        Register(.minimumAngle, 9, 2, .eeprom, 0),
        Register(.maximumAngle, 11, 2, .eeprom, 4095),
        Register(.maximumTemperature, 13, 1, .eeprom, 70),
        Register(.maximumVoltage, 14, 1, .eeprom, 140),
        Register(.minimumVoltage, 15, 1, .eeprom, 40),
        Register(.maximumTorque, 16, 2, .eeprom, 1000),
        Register(.phase, 18, 1, .eeprom, 12),
        Register(.unloadingCondition, 19, 1, .eeprom, 44),
        Register(.alarm, 20, 1, .eeprom, 47),
        Register(.positionP, 21, 1, .eeprom, 32),
        Register(.positionD, 22, 1, .eeprom, 32),
        Register(.positionI, 23, 1, .eeprom, 0),
        Register(.startingForce, 24, 2, .eeprom, 16),
        Register(.clockwiseDeadZone, 26, 1, .eeprom, 1),
        Register(.counterclockwiseDeadZone, 27, 1, .eeprom, 1),
        Register(.protectionCurrent, 28, 2, .eeprom, 500),
        Register(.angularResolution, 30, 1, .eeprom, 1),
        Register(.homingOffset, 31, 2, .eeprom, 0, coding: .signMagnitude(bit: 11)),
        Register(.mode, 33, 1, .eeprom, 0),
        Register(.protectiveTorque, 34, 1, .eeprom, 20),
        Register(.protectionTime, 35, 1, .eeprom, 200),
        Register(.overloadTorque, 36, 1, .eeprom, 80),
        Register(.velocityP, 37, 1, .eeprom, 10),
        Register(.overcurrentTime, 38, 1, .eeprom, 200),
        Register(.velocityI, 39, 1, .eeprom, 10),
    ]

    private static let ram: [Register] = [
        Register(.torqueEnable, 40, 1, .ram, 0),
        Register(.acceleration, 41, 1, .ram, 0),
        Register(.goalPosition, 42, 2, .ram, 0, coding: .signMagnitude(bit: 15)),
        Register(.goalTime, 44, 2, .ram, 0),
        Register(.goalSpeed, 46, 2, .ram, 0, coding: .signMagnitude(bit: 15)),
        Register(.torqueLimit, 48, 2, .ram, 1000),
        Register(.lock, 55, 1, .ram, 1),
    ]

    private static let present: [Register] = [
        Register(.presentPosition, 56, 2, .readOnly, 0, coding: .signMagnitude(bit: 15)),
        Register(.presentSpeed, 58, 2, .readOnly, 0, coding: .signMagnitude(bit: 15)),
        Register(.presentLoad, 60, 2, .readOnly, 0, coding: .signMagnitude(bit: 10)),
        Register(.presentVoltage, 62, 1, .readOnly, 120),
        Register(.presentTemperature, 63, 1, .readOnly, 30),
        Register(.asynchronousFlag, 64, 1, .readOnly, 0),
        Register(.hardwareStatus, 65, 1, .readOnly, 0),
        Register(.moving, 66, 1, .readOnly, 0),
        Register(.presentCurrent, 69, 2, .readOnly, 0, coding: .signMagnitude(bit: 15)),
    ]

    private static let factory: [Register] = [
        Register(.movingVelocityThreshold, 80, 1, .readOnly, 1),
        Register(.maximumVelocity, 84, 1, .readOnly, 68),
        Register(.maximumAcceleration, 85, 1, .eeprom, 254),
    ]
}
