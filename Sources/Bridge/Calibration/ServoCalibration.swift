internal import Diagnostics
public import Robots

/// What LeRobot's calibration knows of one servo.
///
/// Source: LeRobot's `MotorCalibration`. The middle of the range is the joint's 0 there, as it is in
/// SO-101's URDF; a gripper is closed at one end of its range and open at the other.
public struct ServoCalibration: Equatable, Sendable {
    /// The servo's number on the bus.
    public var id: Int
    /// 1 where the joint counts against the servo.
    public var driveMode: Int
    /// What the servo subtracts from (Feetech) or adds to (Dynamixel) its encoder, in steps.
    public var homingOffset: Int
    /// The lowest step that was reached by hand.
    public var rangeMin: Int
    /// The highest step that was reached by hand.
    public var rangeMax: Int

    /// Creates a calibration.
    public init(id: Int, driveMode: Int, homingOffset: Int, rangeMin: Int, rangeMax: Int) {
        self.id = id
        self.driveMode = driveMode
        self.homingOffset = homingOffset
        self.rangeMin = rangeMin
        self.rangeMax = rangeMax
    }

    /// The middle of the range, in steps.
    public var middle: Double { Double(rangeMin + rangeMax) / 2 }

    /// The homing offset with which a servo that reads `position` under `offset` reads 2047.
    public static func homing(
        position: Int,
        offset: Int,
        wire: ServoProtocol
    ) -> Int {
        switch wire {
        case .feetech: position + offset - 2047
        case .dynamixel: 2047 - (position - offset)
        }
    }
}

/// Calibrations of all servos of an arm, by the names of their joints.
public struct ArmCalibration: Equatable, Sendable {
    /// In the order of the robot's servos, arm first.
    public var servos: [(joint: String, servo: ServoCalibration)]

    /// Creates a calibration.
    public init(_ servos: [(joint: String, servo: ServoCalibration)]) { self.servos = servos }

    /// Whether all names and numbers are the same.
    public static func == (a: ArmCalibration, b: ArmCalibration) -> Bool {
        a.servos.elementsEqual(b.servos) { $0.joint == $1.joint && $0.servo == $1.servo }
    }

    /// The calibration of a joint's servo.
    public subscript(joint: String) -> ServoCalibration? {
        servos.first { $0.joint == joint }?.servo
    }
}

extension ArmServos {
    /// The servos with the calibration's zeros and directions.
    ///
    /// An arm joint is at 0 in the middle of its range, a gripper closed at the end of its range that
    /// its direction begins at.
    public func calibrated(by calibration: ArmCalibration) -> ArmServos {
        var map = self
        for index in map.joints.indices {
            guard let found = calibration[map.joints[index].joint] else { continue }
            map.joints[index].zero = found.middle
            if found.driveMode == 1 { map.joints[index].direction *= -1 }
        }
        if var gripper = map.gripper, let finger = map.jaw?.fingers.first,
            let found = calibration[gripper.joint]
        {
            if found.driveMode == 1 { gripper.direction *= -1 }
            let opensUp = gripper.step(at: finger.open) > gripper.step(at: finger.closed)
            let closed = Double(opensUp ? found.rangeMin : found.rangeMax)
            gripper.zero += closed - gripper.step(at: finger.closed)
            map.gripper = gripper
        }
        return map
    }
}
