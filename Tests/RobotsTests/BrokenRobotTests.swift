import Diagnostics
import Foundation
import Testing

@testable import Robots

/// One way to break the Panda's files, and what the error must name.
struct Breakage: Sendable, CustomTestStringConvertible {
    var what: String
    var robot = "panda"
    var file: String
    /// Text that is replaced, once, and its replacement.
    var replace: (String, String)
    /// The line of the replaced text is the line of the error, unless told otherwise.
    var namesLine = true
    /// Text of the key, expected or found parts.
    var mentions: [String]

    var testDescription: String { what }
}

@Suite struct BrokenRobotTests {
    static let yaml = "robot.yaml"
    static let urdf = "robot.urdf"

    static let breakages: [Breakage] = [
        Breakage(
            what: "jaw on a slider",
            robot: "widowx250s",
            file: yaml,
            replace: ("kind: parallel", "kind: jaw"),
            namesLine: false,
            mentions: ["gripper.fingers.left_finger", "a hinge for a jaw"]
        ),
        Breakage(
            what: "servo id twice",
            robot: "so101",
            file: yaml,
            replace: ("wrist_flex: { id: 4", "wrist_flex: { id: 3"),
            mentions: ["servos.joints.wrist_flex", "each id once", "3 again"]
        ),
        Breakage(
            what: "servo of an unknown joint",
            robot: "so101",
            file: yaml,
            replace: ("wrist_flex: { id: 4", "wrist_flx: { id: 4"),
            namesLine: false,
            mentions: ["servos", "wrist_flex"]
        ),
        Breakage(
            what: "joint without a servo",
            robot: "so101",
            file: yaml,
            replace: ("    wrist_roll: { id: 5, model: STS3215, direction: 1 }\n", ""),
            namesLine: false,
            mentions: ["servos", "a servo for the joint \"wrist_roll\""]
        ),
        Breakage(
            what: "servo without a direction",
            robot: "so101",
            file: yaml,
            replace: (
                "gripper: { id: 6, model: STS3215, direction: 1,",
                "gripper: { id: 6, model: STS3215, direction: 0,"
            ),
            mentions: ["servos.joints.gripper.direction", "1 or -1"]
        ),
        Breakage(
            what: "slider without a crank",
            robot: "widowx250s",
            file: yaml,
            replace: (", crank: { horn: 14 mm, rod: 24 mm }", ""),
            mentions: ["servos.joints.left_finger", "a crank"]
        ),
        Breakage(
            what: "mimic with an offset",
            robot: "widowx250s",
            file: urdf,
            replace: ("multiplier=\"-1\" offset=\"0\"", "multiplier=\"-1\" offset=\"0.01\""),
            namesLine: false,
            mentions: ["right_finger", "an offset of 0"]
        ),
        Breakage(
            what: "wrong type",
            file: yaml,
            replace: ("max_opening: 0.08 m", "max_opening: [1, 2]"),
            mentions: ["gripper.max_opening", "a list"]
        ),
        Breakage(
            what: "unknown key",
            file: yaml,
            replace: ("home_opening: 0.08 m", "home_openning: 0.08 m"),
            namesLine: false,
            mentions: ["gripper.home_opening", "home_openning"]
        ),
        Breakage(
            what: "extra key",
            file: yaml,
            replace: ("gear: { max_force", "gear: { colour: red, max_force"),
            mentions: ["gripper.gear.colour", "a known key", "max_force"]
        ),
        Breakage(
            what: "missing key",
            file: yaml,
            replace: ("tool_frame: panda_tcp\n", ""),
            namesLine: false,
            mentions: ["tool_frame"]
        ),
        Breakage(
            what: "unit missing",
            file: yaml,
            replace: ("lag: 0 ms", "lag: 40"),
            mentions: ["actuator.lag", "a time such as 40 ms", "found 40"]
        ),
        Breakage(
            what: "wrong unit",
            file: yaml,
            replace: ("lag: 0 ms", "lag: 40 m"),
            mentions: ["actuator.lag", "ms"]
        ),
        Breakage(
            what: "unknown arm joint",
            file: yaml,
            replace: ("panda_joint4:", "panda_joint44:"),
            namesLine: false,
            mentions: ["panda_joint44", "panda_joint4"]
        ),
        Breakage(
            what: "home beyond the limits",
            file: yaml,
            replace: ("home: -2.428768 rad", "home: -4 rad"),
            mentions: ["arm.panda_joint4.home", "-3.0718"]
        ),
        Breakage(
            what: "limit looser than the URDF's",
            file: yaml,
            replace: ("torque: 87 N m", "torque: 900 N m"),
            mentions: ["arm.panda_joint1.torque", "87"]
        ),
        Breakage(
            what: "unknown gripper convention",
            file: yaml,
            replace: ("positive_closes", "positive_close"),
            mentions: ["gripper.convention", "positive_closes"]
        ),
        Breakage(
            what: "escaping path",
            file: yaml,
            replace: ("urdf: robot.urdf", "urdf: ../panda2/robot.urdf"),
            mentions: ["urdf", "inside the folder"]
        ),
        Breakage(
            what: "absolute path",
            file: yaml,
            replace: ("urdf: robot.urdf", "urdf: /etc/passwd"),
            mentions: ["urdf", "inside the folder", "/etc/passwd"]
        ),
        Breakage(
            what: "path through a symbolic link",
            file: yaml,
            replace: ("urdf: robot.urdf", "urdf: link.urdf"),
            mentions: ["urdf", "leads outside"]
        ),
        Breakage(
            what: "alias",
            file: yaml,
            replace: ("lag: 0 ms", "lag: *a"),
            mentions: ["alias"]
        ),
        Breakage(
            what: "duplicate key",
            file: yaml,
            replace: ("colour: 0.93 0.93 0.95", "urdf: b"),
            namesLine: false,
            mentions: ["once", "urdf"]
        ),
        Breakage(
            what: "shapes of an unknown link",
            file: yaml,
            replace: ("  panda_link5:\n", "  panda_link9:\n"),
            namesLine: false,
            mentions: ["links.panda_link9", "panda_link1"]
        ),
        Breakage(
            what: "capsule without a radius",
            file: yaml,
            replace: ("capsule: { radius: 0.06 m, length: 0.04 m }", "capsule: { length: 0.04 m }"),
            mentions: ["links.panda_link0.collision[0].capsule.radius"]
        ),
        Breakage(
            what: "negative mass",
            file: urdf,
            replace: ("mass value=\"2.542\"", "mass value=\"-2.542\""),
            namesLine: false,
            mentions: ["panda_link2", "mass"]
        ),
        Breakage(
            what: "impossible inertia",
            file: urdf,
            replace: ("ixx=\"0.00088\"", "ixx=\"-0.00088\""),
            namesLine: false,
            mentions: ["panda_link6", "inertia"]
        ),
        Breakage(
            what: "mimic of an unknown joint",
            file: urdf,
            replace: ("mimic joint=\"panda_finger_joint1\"", "mimic joint=\"finger_joint1\""),
            namesLine: false,
            mentions: ["panda_finger_joint2", "mimic", "panda_finger_joint1"]
        ),
        Breakage(
            what: "cycle",
            file: urdf,
            replace: ("<parent link=\"panda_link0\"/>", "<parent link=\"panda_link3\"/>"),
            namesLine: false,
            mentions: []
        ),
        Breakage(
            what: "two parents",
            file: urdf,
            replace: ("<child link=\"panda_link5\"/>", "<child link=\"panda_link6\"/>"),
            namesLine: false,
            mentions: []
        ),
        Breakage(
            what: "unknown link",
            file: urdf,
            replace: ("<child link=\"panda_link5\"/>", "<child link=\"panda_link55\"/>"),
            namesLine: false,
            mentions: ["panda_link55"]
        ),
        Breakage(
            what: "not a number",
            file: urdf,
            replace: ("xyz=\"0 -0.316 0\"", "xyz=\"0 nan 0\""),
            namesLine: false,
            mentions: []
        ),
        Breakage(
            what: "no axis",
            file: urdf,
            replace: ("<axis xyz=\"0 0 1\"/>", "<axis xyz=\"0 0 0\"/>"),
            namesLine: false,
            mentions: ["panda_joint1", "axis"]
        ),
        Breakage(
            what: "limits upside down",
            file: urdf,
            replace: ("lower=\"-3.0718\" upper=\"-0.0698\"", "lower=\"3.0718\" upper=\"-0.0698\""),
            namesLine: false,
            mentions: ["panda_joint4", "limit"]
        ),
        Breakage(
            what: "planar joint",
            file: urdf,
            replace: (
                "name=\"panda_joint6\" type=\"revolute\"", "name=\"panda_joint6\" type=\"planar\""
            ),
            mentions: ["panda_joint6", "type"]
        ),
        Breakage(
            what: "mesh that is not there",
            file: urdf,
            replace: (
                "<link name=\"panda_flange\"/>",
                "<link name=\"panda_flange\"><collision><geometry><mesh filename=\"a.stl\"/>"
                    + "</geometry></collision></link>"
            ),
            mentions: ["panda_flange", "a.stl", "a mesh inside the robot's folder"]
        ),
        Breakage(
            what: "unclosed tag",
            file: urdf,
            replace: ("</robot>", ""),
            namesLine: false,
            mentions: ["well-formed XML"]
        ),
        Breakage(
            what: "document type",
            file: urdf,
            replace: (
                "<robot name=\"panda\">", "<!DOCTYPE a [<!ENTITY b \"c\">]><robot name=\"panda\">"
            ),
            mentions: ["well-formed XML"]
        ),
    ]

    @Test(arguments: breakages)
    func aBrokenFileIsRefusedByPlace(_ breakage: Breakage) throws {
        let folder = try Folder(breakage.robot)
        let text = try String(contentsOfFile: folder.panda + "/" + breakage.file, encoding: .utf8)
        let range = try #require(text.range(of: breakage.replace.0))
        let line = text[..<range.lowerBound].split(
            separator: "\n",
            omittingEmptySubsequences: false
        )
        try folder.write(
            breakage.file,
            text.replacingCharacters(in: range, with: breakage.replace.1)
        )
        let error = try #require(throws: InputError.self) {
            try RobotModel.load(directory: folder.panda)
        }
        let sentence = error.description
        #expect(error.file == folder.panda + "/" + breakage.file, "\(sentence)")
        if breakage.namesLine { #expect(error.line == line.count, "\(sentence)") }
        for mention in breakage.mentions { #expect(sentence.contains(mention), "\(sentence)") }
        #expect(sentence.utf8.count < 1200)
    }

    @Test func aHugeFileIsRefused() throws {
        let folder = try Folder()
        let filler = String(repeating: "# filler\n", count: 200_000)
        try folder.write(Self.yaml, try Panda.text(Self.yaml) + filler)
        let error = try #require(throws: InputError.self) {
            try RobotModel.load(directory: folder.panda)
        }
        #expect(error.expected.contains("bytes"))
    }

    @Test func aDeviceOrAMissingFileIsRefused() throws {
        let folder = try Folder()
        try FileManager.default.removeItem(atPath: folder.panda + "/robot.yaml")
        #expect(throws: InputError.self) { try RobotModel.load(directory: folder.panda) }
        try FileManager.default.createSymbolicLink(
            atPath: folder.panda + "/robot.yaml",
            withDestinationPath: "/dev/zero"
        )
        #expect(throws: InputError.self) { try RobotModel.load(directory: folder.panda) }
    }

    @Test func deepNestingIsRefusedBeforeAnyParserRecurses() {
        let deep = String(repeating: "<a>", count: 100_000)
        #expect(throws: InputError.self) { try URDFDocument.parse(deep, file: "a.urdf") }
        for bomb in ["[", "{a: ", "- ", "? "] {
            let text = String(repeating: bomb, count: 100_000)
            #expect(throws: InputError.self) { try YAMLMapping.parse(text, file: "a.yaml") }
        }
    }

    /// A copy of the Panda's folder in a new temporary one, beside a file outside of it.
    final class Folder {
        let root: String
        var panda: String { root + "/panda" }

        init(_ robot: String = "panda") throws {
            let robots = URL(fileURLWithPath: Panda.directory).deletingLastPathComponent().path
            root = FileManager.default.temporaryDirectory.path + "/robots-" + UUID().uuidString
            try FileManager.default.createDirectory(
                atPath: root,
                withIntermediateDirectories: true
            )
            try FileManager.default.copyItem(
                atPath: robots + "/" + robot,
                toPath: root + "/panda"
            )
            try FileManager.default.copyItem(atPath: Panda.directory, toPath: root + "/panda2")
            try FileManager.default.createSymbolicLink(
                atPath: root + "/panda/link.urdf",
                withDestinationPath: root + "/panda2/robot.urdf"
            )
        }

        func write(_ file: String, _ text: String) throws {
            try text.write(toFile: panda + "/" + file, atomically: false, encoding: .utf8)
        }

        deinit { try? FileManager.default.removeItem(atPath: root) }
    }
}
