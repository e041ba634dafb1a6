/// Why an arm could not be made ready.
public enum SetupError: Error, Sendable {
    /// Something on the bus.
    case bus(BusError)
    /// A servo of another model than robot.yaml names.
    case wrongModel(JointServo, found: Int)
    /// A servo whose homing offset is not the calibration file's.
    case otherCalibration(JointServo, wanted: Int, found: Int)
}

extension SetupError: CustomStringConvertible {
    /// One sentence.
    public var description: String {
        switch self {
        case .bus(let error): error.description
        case .wrongModel(let servo, let found):
            "servo \(servo.id) (\(servo.joint)) reports model number \(found), robot.yaml says"
                + " \(servo.table.model)"
        case .otherCalibration(let servo, let wanted, let found):
            "servo \(servo.id) (\(servo.joint)) holds the homing offset \(found), the calibration file"
                + " says \(wanted); `simrun arm calibrate --write` puts the file's into the servos"
        }
    }
}
