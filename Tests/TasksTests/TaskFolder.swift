import Diagnostics
import Foundation
@testable import Robots
import Spatial

@testable import Runtime
@testable import Tasks

/// The repository's own tasks and robot, and edited copies of them in a temporary folder.
enum TaskFolder {
    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
    static let library = TaskLibrary(folders: [root + "/tasks"])
    static let robots = RobotLibrary(searchPaths: [root + "/robots"])
    static let panda = Result { try RobotModel.load(directory: root + "/robots/panda") }

    static func text(_ task: String) throws -> String {
        try String(contentsOfFile: root + "/tasks/\(task).yaml", encoding: .utf8)
    }

    /// Calls `body` with the path of a file `name` that holds `text`, beside the shipped fixtures.
    static func withFile<Result>(
        _ text: String,
        name: String = "pick-place.yaml",
        _ body: (String) throws -> Result
    ) throws -> Result {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "simrun-tasks-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.copyItem(
            atPath: root + "/tasks/fixtures",
            toPath: folder.path + "/fixtures"
        )
        let path = folder.appending(path: name).path
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return try body(path)
    }

    /// A task with some of its text replaced; every text to replace must be there.
    static func task(
        _ name: String,
        replacing edits: [(String, String)] = []
    ) throws -> TaskDefinition {
        var text = try text(name)
        for (old, new) in edits {
            guard text.contains(old) else { throw MissingText(text: old) }
            text = text.replacingOccurrences(of: old, with: new)
        }
        return try withFile(text, name: name + ".yaml") { try TaskFile.read(atPath: $0) }
    }

    /// One of the repository's robots.
    static func robot(_ name: String) throws -> RobotModel {
        try RobotModel.load(directory: root + "/robots/" + name)
    }

    /// A robot with some of its robot.yaml replaced; every text to replace must be there.
    static func edited(
        _ name: String,
        replacing edits: [(String, String)]
    ) throws -> RobotModel {
        let source = root + "/robots/" + name
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "simrun-robot-" + UUID().uuidString + "/" + name)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder.deletingLastPathComponent()) }
        try FileManager.default.copyItem(
            atPath: source + "/robot.urdf",
            toPath: folder.path + "/robot.urdf"
        )
        var text = try String(contentsOfFile: source + "/robot.yaml", encoding: .utf8)
        for (old, new) in edits {
            guard text.contains(old) else { throw MissingText(text: old) }
            text = text.replacingOccurrences(of: old, with: new)
        }
        try text.write(toFile: folder.path + "/robot.yaml", atomically: true, encoding: .utf8)
        return try RobotModel.load(directory: folder.path)
    }

    /// The Panda with another line for its actuators.
    static func panda(actuator: String) throws -> RobotModel {
        let old = "actuator: { delay: 0 ms, lag: 0 ms }"
        return try edited("panda", replacing: [(old, "actuator: \(actuator)")])
    }

    struct MissingText: Error { var text: String }
}

extension TaskSetup {
    /// One of the repository's tasks with the Panda, both edited if asked for.
    static func of(
        _ task: String,
        replacing edits: [(String, String)] = [],
        actuator: String? = nil,
        controlHertz: Double? = nil
    ) throws -> TaskSetup {
        let robot =
            if let actuator { try TaskFolder.panda(actuator: actuator) } else {
                try TaskFolder.panda.get()
            }
        return try TaskSetup(
            task: TaskFolder.task(task, replacing: edits),
            robot: robot,
            controlHertz: controlHertz
        )
    }

    /// The command that keeps the arm at home.
    var home: JointCommand { JointCommand(arm: robot.home, gripperOpening: robot.homeOpening) }

    /// A command away from home: joint 1 turned.
    func turned(_ radians: Double) -> JointCommand {
        var command = home
        command.arm[0] += radians
        return command
    }
}

extension SceneObject {
    /// So many cubes of 4 cm.
    static func cubes(_ count: Int) -> [SceneObject] {
        (0..<count).map { index in
            SceneObject(
                name: "cube \(index)",
                kind: .dynamic,
                parts: [
                    Part(shape: .box(halfExtents: Vector3(repeating: 0.02)), color: SIMD3(1, 0, 0))
                ],
                mass: 0.064,
                material: SurfaceMaterial(sliding: 0.8, rolling: 0.001, spinning: 0.01),
                start: Start(region: BoxRegion(lower: .zero, upper: .zero), yaw: 0...0),
                motion: .still,
                place: YAMLPlace(file: "", line: 0, key: nil)
            )
        }
    }
}
