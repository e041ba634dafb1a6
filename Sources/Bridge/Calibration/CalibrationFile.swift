public import Diagnostics
internal import Foundation
internal import Inference
internal import Robots

/// LeRobot's calibration files, read and written.
///
/// One JSON object with a member per joint:
/// `{"shoulder_pan": {"id": 1, "drive_mode": 0, "homing_offset": -85, "range_min": 750, "range_max": 3420}}`.
public enum CalibrationFile {
    private static let largest = 1 << 20

    /// Reads a file for the servos of `map`.
    ///
    /// - Throws: ``Diagnostics/InputError`` with file, line and field for anything missing, unknown, out of
    ///   range, reversed or doubled.
    public static func read(
        atPath path: String,
        for map: ArmServos
    ) throws(InputError) -> ArmCalibration {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw InputError(file: path, expected: "a calibration file", found: "none")
        }
        guard data.count <= largest else {
            throw InputError(
                file: path,
                expected: "at most \(largest) bytes",
                found: "\(data.count)"
            )
        }
        return try parse(Array(data), file: path, for: map)
    }

    /// Parses a file's bytes; `file` is only named in errors.
    public static func parse(
        _ bytes: [UInt8],
        file: String,
        for map: ArmServos
    ) throws(InputError) -> ArmCalibration {
        let root = try JSONParser.parse(bytes, file: file)
        let members = try object(root, key: nil, file: file)
        let joints = map.all.map(\.joint)
        for member in members where !joints.contains(member.key) {
            throw .unknown(
                "joint",
                name: String(member.key.prefix(60)),
                known: joints,
                file: file,
                line: member.node.line
            )
        }
        var servos: [(joint: String, servo: ServoCalibration)] = []
        for servo in map.all {
            guard let member = members.first(where: { $0.key == servo.joint }) else {
                throw InputError(
                    file: file,
                    line: root.line,
                    key: servo.joint,
                    expected: "the calibration of every joint",
                    found: "none of this one"
                )
            }
            let found = try calibration(member, file: file, wire: map.wire)
            try refuseDouble(found.id, among: servos, member, file: file)
            guard found.id == Int(servo.id) else {
                throw InputError(
                    file: file,
                    line: member.node.line,
                    key: "\(servo.joint).id",
                    expected: "\(servo.id), as robot.yaml has it",
                    found: "\(found.id)"
                )
            }
            servos.append((servo.joint, found))
        }
        return ArmCalibration(servos)
    }

    private static func refuseDouble(
        _ id: Int,
        among servos: [(joint: String, servo: ServoCalibration)],
        _ member: JSONMember,
        file: String
    ) throws(InputError) {
        guard let other = servos.first(where: { $0.servo.id == id }) else { return }
        throw InputError(
            file: file,
            line: member.node.line,
            key: "\(member.key).id",
            expected: "each id once",
            found: "\(id), which \(other.joint) has"
        )
    }

    private static func calibration(
        _ member: JSONMember,
        file: String,
        wire: ServoProtocol
    ) throws(InputError) -> ServoCalibration {
        let fields = try object(member.node, key: member.key, file: file)
        let known = ["id", "drive_mode", "homing_offset", "range_min", "range_max"]
        for field in fields where !known.contains(field.key) {
            throw .unknown(
                "field",
                name: String(field.key.prefix(60)),
                known: known,
                file: file,
                line: field.node.line,
                key: member.key
            )
        }
        func number(_ name: String, _ range: ClosedRange<Int>) throws(InputError) -> Int {
            let field = fields.first { $0.key == name }
            guard case .number(let text) = field?.node.value, let value = Int(text),
                range.contains(value)
            else {
                throw InputError(
                    file: file,
                    line: field?.node.line ?? member.node.line,
                    key: "\(member.key).\(name)",
                    expected: "a whole number from \(range.lowerBound) to \(range.upperBound)",
                    found: field?.node.value.kind ?? "none"
                )
            }
            return value
        }
        // A Feetech offset has eleven bits and a sign; a Dynamixel one counts whole turns as well.
        let offsets = wire == .feetech ? -2047...2047 : -1_044_479...1_044_479
        let steps = wire == .feetech ? 0...4095 : -1_048_575...1_048_575
        let found = ServoCalibration(
            id: try number("id", 0...252),
            driveMode: try number("drive_mode", 0...1),
            homingOffset: try number("homing_offset", offsets),
            rangeMin: try number("range_min", steps),
            rangeMax: try number("range_max", steps)
        )
        guard found.rangeMin < found.rangeMax else {
            throw InputError(
                file: file,
                line: member.node.line,
                key: "\(member.key).range_max",
                expected: "a step above range_min, \(found.rangeMin)",
                found: "\(found.rangeMax)"
            )
        }
        return found
    }

    private static func object(
        _ node: JSONNode,
        key: String?,
        file: String
    ) throws(InputError) -> [JSONMember] {
        guard case .object(let members) = node.value else {
            throw InputError(
                file: file,
                line: node.line,
                key: key,
                expected: "an object",
                found: node.value.kind
            )
        }
        return members
    }

    /// The text of a file, laid out as LeRobot does.
    public static func text(_ calibration: ArmCalibration) -> String {
        let joints = calibration.servos.map { joint, servo in
            """
                "\(joint)": {
                    "id": \(servo.id),
                    "drive_mode": \(servo.driveMode),
                    "homing_offset": \(servo.homingOffset),
                    "range_min": \(servo.rangeMin),
                    "range_max": \(servo.rangeMax)
                }
            """
        }
        return "{\n" + joints.joined(separator: ",\n") + "\n}\n"
    }

}
