internal import Robots

/// Dynamixel's X series: one table, and what differs between models.
///
/// Source: ROBOTIS' e-manual. Speeds are 0.229 rpm, voltages 0.1 V, return delays 2 µs, the bus
/// watchdog 20 ms. Present position is the encoder's plus `homing_offset`.
enum DynamixelX {
    static let models: [ControlTable] = [
        model("xl330-m077", 1190, currentUnit: 1e-3, currentLimit: 1750, positionP: 400),
        model("xl330-m288", 1200, currentUnit: 1e-3, currentLimit: 1750, positionP: 400),
        model("xl430-w250", 1060, currentUnit: 0, currentLimit: 0, positionP: 800),
        model("xc430-w150", 1070, currentUnit: 0, currentLimit: 0, positionP: 900),
        model("xm430-w350", 1020, currentUnit: 2.69e-3, currentLimit: 1193, positionP: 800),
        model("xm540-w270", 1120, currentUnit: 2.69e-3, currentLimit: 2047, positionP: 800),
    ]

    private static func model(
        _ name: String,
        _ number: Int,
        currentUnit: Double,
        currentLimit: Int,
        positionP: Int
    ) -> ControlTable {
        ControlTable(
            model: name,
            modelNumber: number,
            wire: .dynamixel,
            registers: eeprom(number, positionP: positionP, currentLimit: currentLimit)
                + ram(positionP: positionP, currentLimit: currentLimit) + present,
            speedUnit: 0.229 * 2 * Double.pi / 60,
            currentUnit: currentUnit,
            fullTorque: 885
        )
    }

    private static func eeprom(
        _ number: Int,
        positionP: Int,
        currentLimit: Int
    ) -> [Register] {
        let currents = [Register(.currentLimit, 38, 2, .eeprom, currentLimit)]
        return (currentLimit > 0 ? currents : []) + [
            Register(.model, 0, 2, .readOnly, number),
            Register(.firmware, 6, 1, .readOnly, 46),
            Register(.id, 7, 1, .eeprom, 1),
            Register(.baud, 8, 1, .eeprom, 1),
            Register(.returnDelay, 9, 1, .eeprom, 250),
            Register(.driveMode, 10, 1, .eeprom, 0),
            Register(.mode, 11, 1, .eeprom, 3),
            Register(.shadowID, 12, 1, .eeprom, 255),
            Register(.protocolType, 13, 1, .eeprom, 2),
            Register(.homingOffset, 20, 4, .eeprom, 0, coding: .twosComplement),
            Register(.movingThreshold, 24, 4, .eeprom, 10),
            Register(.maximumTemperature, 31, 1, .eeprom, 80),
            Register(.maximumVoltage, 32, 2, .eeprom, 160),
            Register(.minimumVoltage, 34, 2, .eeprom, 95),
            Register(.pwmLimit, 36, 2, .eeprom, 885),
            Register(.velocityLimit, 44, 4, .eeprom, 265),
            Register(.maximumAngle, 48, 4, .eeprom, 4095),
            Register(.minimumAngle, 52, 4, .eeprom, 0),
            Register(.shutdown, 63, 1, .eeprom, 53),
        ]
    }

    private static func ram(positionP: Int, currentLimit: Int) -> [Register] {
        let currents = [
            Register(.goalCurrent, 102, 2, .ram, currentLimit, coding: .twosComplement)
        ]
        return (currentLimit > 0 ? currents : []) + [
            Register(.torqueEnable, 64, 1, .ram, 0),
            Register(.led, 65, 1, .ram, 0),
            Register(.responseLevel, 68, 1, .ram, 2),
            Register(.registered, 69, 1, .readOnly, 0),
            Register(.hardwareStatus, 70, 1, .readOnly, 0),
            Register(.velocityI, 76, 2, .ram, 1920),
            Register(.velocityP, 78, 2, .ram, 100),
            Register(.positionD, 80, 2, .ram, 0),
            Register(.positionI, 82, 2, .ram, 0),
            Register(.positionP, 84, 2, .ram, positionP),
            Register(.feedforward2, 88, 2, .ram, 0),
            Register(.feedforward1, 90, 2, .ram, 0),
            Register(.busWatchdog, 98, 1, .ram, 0, coding: .twosComplement),
            Register(.goalPWM, 100, 2, .ram, 885, coding: .twosComplement),
            Register(.goalVelocity, 104, 4, .ram, 0, coding: .twosComplement),
            Register(.profileAcceleration, 108, 4, .ram, 0),
            Register(.profileVelocity, 112, 4, .ram, 0),
            Register(.goalPosition, 116, 4, .ram, 0, coding: .twosComplement),
        ]
    }

    private static let present: [Register] = [
        Register(.realtimeTick, 120, 2, .readOnly, 0),
        Register(.moving, 122, 1, .readOnly, 0),
        Register(.movingStatus, 123, 1, .readOnly, 0),
        Register(.presentPWM, 124, 2, .readOnly, 0, coding: .twosComplement),
        Register(.presentCurrent, 126, 2, .readOnly, 0, coding: .twosComplement),
        Register(.presentSpeed, 128, 4, .readOnly, 0, coding: .twosComplement),
        Register(.presentPosition, 132, 4, .readOnly, 0, coding: .twosComplement),
        Register(.velocityTrajectory, 136, 4, .readOnly, 0, coding: .twosComplement),
        Register(.positionTrajectory, 140, 4, .readOnly, 0, coding: .twosComplement),
        Register(.presentVoltage, 144, 2, .readOnly, 120),
        Register(.presentTemperature, 146, 1, .readOnly, 30),
    ]
}
