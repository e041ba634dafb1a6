import Diagnostics
import Foundation
import Testing

@testable import Robots

@Suite struct RobotDraftTests {
    /// The URDF of a shipped robot alone, in a folder of its own.
    private func bare(_ name: String) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        let robots = URL(fileURLWithPath: Panda.directory).deletingLastPathComponent().path
        let text = try Data(contentsOf: URL(fileURLWithPath: "\(robots)/\(name)/robot.urdf"))
        try folder.write("my.urdf", text)
        return folder
    }

    @Test(arguments: [
        ("panda", "panda_tcp", 7), ("widowx250s", "ee_gripper_link", 6), ("so101", "tool_link", 5),
    ])
    func aDraftLoadsAsItIs(_ name: String, tool: String, joints: Int) throws {
        let folder = try bare(name)
        let draft = try RobotDraft(directory: folder.path, toolFrame: tool)
        try folder.write("robot.yaml", Data(draft.yaml.utf8))
        let robot = try RobotModel.load(directory: folder.path)
        #expect(robot.armJointCount == joints && robot.gripper != nil)
        #expect(robot.links.map(\.limits.force).allSatisfy { $0 > 0 })
        // Everything chosen is marked where it stands, and told.
        #expect(draft.choices.contains { $0.contains("fingers") })
        #expect(draft.yaml.components(separatedBy: "# chosen").count > 3 * joints)
    }

    @Test func aHomeThatIsGivenIsTakenOver() throws {
        let folder = try bare("so101")
        let home = [0.1, -0.3, 0.4, 1.5, 0]
        let draft = try RobotDraft(directory: folder.path, toolFrame: "tool_link", home: home)
        try folder.write("robot.yaml", Data(draft.yaml.utf8))
        #expect(try RobotModel.load(directory: folder.path).home.values == home)
        #expect(!draft.choices.contains { $0.hasPrefix("home") })
        let error = try #require(throws: InputError.self) {
            try RobotDraft(directory: folder.path, toolFrame: "tool_link", home: [0, 1])
        }
        #expect(error.key == "--home" && error.expected.contains("shoulder_pan"))
    }

    @Test func severalEndsOrFilesMustBeChosenFrom() throws {
        let folder = try bare("panda")
        let ends = try #require(throws: InputError.self) { try RobotDraft(directory: folder.path) }
        #expect(ends.key == "--tool" && ends.found.contains("panda_tcp"), "\(ends)")
        let unknown = try #require(throws: InputError.self) {
            try RobotDraft(directory: folder.path, toolFrame: "panda_tpc")
        }
        #expect(unknown.nearest.first == "panda_tcp")
        let base = try #require(throws: InputError.self) {
            try RobotDraft(directory: folder.path, toolFrame: "panda_link0")
        }
        #expect(base.expected.contains("movable"))
        try folder.write("other.urdf", Data())
        let files = try #require(throws: InputError.self) {
            try RobotDraft(directory: folder.path, toolFrame: "panda_tcp")
        }
        #expect(files.key == "--urdf" && files.found == "my.urdf, other.urdf")
        let outside = try #require(throws: InputError.self) {
            try RobotDraft(directory: folder.path, urdf: "../my.urdf", toolFrame: "panda_tcp")
        }
        #expect(outside.expected.contains("inside"))
    }

    @Test func limitsWithoutEffortAreRefused() throws {
        let folder = try bare("panda")
        let text = try String(contentsOfFile: folder.path + "/my.urdf", encoding: .utf8)
        try folder.write(
            "my.urdf",
            Data(text.replacingOccurrences(of: "effort=\"12\"", with: "effort=\"0\"").utf8)
        )
        let error = try #require(throws: InputError.self) {
            try RobotDraft(directory: folder.path, toolFrame: "panda_tcp")
        }
        #expect(error.key == "joint \"panda_joint5\" limit effort" && error.line != nil, "\(error)")
    }
}
