import Diagnostics
import Robots
import Testing

@testable import Bridge

@Suite struct CalibrationFileTests {
    private static let joints = [
        "shoulder_pan", "shoulder_lift", "elbow_flex", "wrist_flex", "wrist_roll", "gripper",
    ]
    private static let servos = ArmServos(
        wire: .feetech,
        baud: 1_000_000,
        joints: joints.enumerated().map { index, name in
            JointServo(joint: name, id: UInt8(index + 1), table: STS3215.table)
        }
    )

    /// As LeRobot writes it.
    private static func text(
        of joints: [String] = joints,
        replacing: [String: [String: Int]] = [:]
    ) -> String {
        let members = joints.enumerated().map { index, name in
            var fields = [
                "id": index + 1, "drive_mode": 0, "homing_offset": -85 + index, "range_min": 750,
                "range_max": 3420,
            ]
            for (key, value) in replacing[name] ?? [:] { fields[key] = value }
            let order = ["id", "drive_mode", "homing_offset", "range_min", "range_max"]
            let lines = order.map { "        \"\($0)\": \(fields[$0] ?? 0)" }
            return "    \"\(name)\": {\n\(lines.joined(separator: ",\n"))\n    }"
        }
        return "{\n\(members.joined(separator: ",\n"))\n}\n"
    }

    private static func parse(_ text: String) throws -> ArmCalibration {
        try CalibrationFile.parse(Array(text.utf8), file: "arm.json", for: servos)
    }

    @Test func lerobotsFileIsReadAndWrittenAlike() throws {
        let text = Self.text(replacing: ["wrist_roll": ["range_min": 0, "range_max": 4095]])
        let calibration = try Self.parse(text)
        #expect(
            calibration["shoulder_pan"]
                == ServoCalibration(
                    id: 1,
                    driveMode: 0,
                    homingOffset: -85,
                    rangeMin: 750,
                    rangeMax: 3420
                )
        )
        #expect(CalibrationFile.text(calibration) == text)
    }

    @Test(arguments: [
        ("shoulder_lift", "range_max", 700, "shoulder_lift.range_max"),
        ("elbow_flex", "id", 1, "elbow_flex.id"),
        ("elbow_flex", "id", 7, "elbow_flex.id"),
        ("gripper", "drive_mode", 2, "gripper.drive_mode"),
        ("gripper", "homing_offset", 2048, "gripper.homing_offset"),
        ("wrist_flex", "range_min", -1, "wrist_flex.range_min"),
        ("wrist_flex", "range_max", 4096, "wrist_flex.range_max"),
    ])
    func aWrongFieldIsNamed(_ joint: String, _ field: String, _ value: Int, _ key: String) {
        let text = Self.text(replacing: [joint: [field: value]])
        let error = #expect(throws: InputError.self) { try Self.parse(text) }
        #expect(error?.key == key)
        #expect(error?.file == "arm.json")
        #expect(error?.line != nil)
    }

    @Test func aMissingJointIsNamed() {
        let error = #expect(throws: InputError.self) {
            try Self.parse(Self.text(of: Self.joints.dropLast()))
        }
        #expect(error?.key == "gripper")
    }

    @Test func unknownNamesAreRefused() {
        let joint = Self.text().replacing("wrist_roll", with: "wrist_rol")
        let first = #expect(throws: InputError.self) { try Self.parse(joint) }
        #expect(first?.nearest.first == "wrist_roll")
        let field = Self.text().replacing("range_max", with: "range_maximum")
        #expect(throws: InputError.self) { try Self.parse(field) }
    }

    @Test func otherThingsAreRefused() {
        let wrong = [
            "", "[]", "{", "{\"shoulder_pan\": 1}",
            Self.text().replacing("750", with: "750.5"), Self.text() + "x",
        ]
        for text in wrong {
            #expect(throws: InputError.self, "\(text.prefix(30))") { try Self.parse(text) }
        }
    }

    @Test func theMiddleOfTheRangeIsZero() throws {
        let calibration = try Self.parse(Self.text())
        let servos = Self.servos.calibrated(by: calibration)
        #expect(servos.joints[0].position(atStep: 2085) == 0)
        #expect(servos.joints[0].position(atStep: 2086) > 0)
    }

    @Test func homingMakesTheMiddle() {
        // A servo that reads 3000 under an offset of 100 stands at 3100 on its encoder.
        let feetech = ServoCalibration.homing(position: 3000, offset: 100, wire: .feetech)
        #expect(3100 - feetech == 2047)
        let dynamixel = ServoCalibration.homing(position: 3000, offset: 100, wire: .dynamixel)
        #expect(2900 + dynamixel == 2047)
    }
}
