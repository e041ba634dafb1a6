public import Diagnostics
import Foundation

extension RobotModel {
    /// Loads a robot from its folder, which holds `robot.yaml` and the URDF that it names.
    ///
    /// - Parameter directory: The folder; its name is the robot's.
    /// - Throws: ``InputError`` with file, line and key for anything missing, unknown, of a wrong
    ///   type or unit, out of range, or at odds between the two files.
    public static func load(directory: String) throws(InputError) -> RobotModel {
        let path = directory + "/robot.yaml"
        let text = try InputFile.text(atPath: path)
        let file = try RobotFile(YAMLMapping.parse(text, file: path))
        let urdfPath: String
        do {
            urdfPath = try InputFile.path(of: try file.urdf.string(), inside: directory)
        } catch {
            guard error.file == nil else { throw error }
            throw file.urdf.place.error(expected: error.expected, found: error.found)
        }
        let name = URL(fileURLWithPath: directory).standardizedFileURL.lastPathComponent
        return try RobotModel(
            name: name,
            file: file,
            yaml: text,
            urdf: InputFile.text(atPath: urdfPath),
            urdfPath: urdfPath
        )
    }

    /// Builds a robot from texts; the paths are only named in errors.
    static func parse(
        name: String,
        yaml: String,
        urdf: String,
        yamlPath: String = "robot.yaml",
        urdfPath: String = "robot.urdf"
    ) throws(InputError) -> RobotModel {
        let file = try RobotFile(YAMLMapping.parse(yaml, file: yamlPath))
        return try RobotModel(
            name: name,
            file: file,
            yaml: yaml,
            urdf: urdf,
            urdfPath: urdfPath
        )
    }

    private init(
        name: String,
        file: RobotFile,
        yaml: String,
        urdf: String,
        urdfPath: String
    ) throws(InputError) {
        let document = try URDFDocument.parse(urdf, file: urdfPath)
        let parts = try RobotAssembly(urdf: document, file: file).parts()
        let kinematics = KinematicModel(
            links: parts.links,
            armJointCount: parts.armJointCount,
            linkFromTool: parts.linkFromTool,
            home: parts.home
        )
        guard let kinematics else {
            throw InputError(file: urdfPath, expected: "a serial arm", found: "another tree")
        }
        self.name = name
        summary = file.summary
        base = parts.base
        links = parts.links
        armJointCount = parts.armJointCount
        toolFrameName = parts.toolFrameName
        linkFromTool = parts.linkFromTool
        gripper = parts.gripper
        gears = parts.gears
        home = parts.home
        homeOpening = file.gripper?.homeOpening ?? 0
        actuator = file.actuator
        self.kinematics = kinematics
        contentHash = fnv1a([yaml, urdf])
    }
}

/// FNV-1a over the bytes of some texts, with a zero byte behind each.
private func fnv1a(_ texts: [String]) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for text in texts {
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        hash = hash &* 0x100_0000_01b3
    }
    return hash
}
