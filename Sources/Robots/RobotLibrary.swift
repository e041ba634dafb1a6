public import Diagnostics
import Foundation

/// Finds robots by name in search paths.
public struct RobotLibrary: Sendable {
    /// Folders that hold one folder per robot; earlier ones win.
    public let searchPaths: [String]

    /// Creates a library over folders such as `robots`; missing ones count as empty.
    public init(searchPaths: [String]) {
        self.searchPaths = searchPaths
    }

    /// The names of all robots found, sorted: folders with a `robot.yaml`.
    public var names: [String] {
        var names: Set<String> = []
        for path in searchPaths {
            let entries = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
            for entry in entries where isRobot(path + "/" + entry) { names.insert(entry) }
        }
        return names.sorted()
    }

    /// The folder of a robot by its name, or a path to such a folder given as the name.
    ///
    /// - Throws: ``InputError`` for an unknown name, with the nearest known ones.
    public func directory(of name: String) throws(InputError) -> String {
        if name.contains("/") {
            guard isRobot(name) else {
                throw InputError(
                    file: name,
                    expected: "a folder with a robot.yaml",
                    found: "no such folder"
                )
            }
            return name
        }
        for path in searchPaths where names.contains(name) && isRobot(path + "/" + name) {
            return path + "/" + name
        }
        throw InputError.unknown("robot", name: String(name.prefix(60)), known: names)
    }

    /// Loads a robot by its name or folder.
    public func load(_ name: String) throws(InputError) -> RobotModel {
        try RobotModel.load(directory: directory(of: name))
    }

    private func isRobot(_ directory: String) -> Bool {
        FileManager.default.fileExists(atPath: directory + "/robot.yaml")
    }
}
