public import Diagnostics
import Foundation

/// Finds tasks by name in folders of `NAME.yaml` files, or by path.
public struct TaskLibrary: Sendable {
    /// Folders, searched in order.
    public let folders: [String]

    /// Creates a library over `folders`.
    public init(folders: [String]) {
        self.folders = folders
    }

    /// The names of all tasks, sorted, each once.
    public var names: [String] {
        let files = folders.flatMap { folder in
            (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        }
        let names = files.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }
        return Set(names).sorted()
    }

    /// Reads a task by name, or by the path of its file.
    ///
    /// - Throws: ``Diagnostics/InputError`` for an unknown name or a mistake in the file.
    public func task(named name: String) throws(InputError) -> TaskDefinition {
        if name.hasSuffix(".yaml") || name.contains("/") {
            return try TaskFile.read(atPath: name)
        }
        for folder in folders {
            let path = folder + "/" + name + ".yaml"
            if FileManager.default.fileExists(atPath: path) {
                return try TaskFile.read(atPath: path)
            }
        }
        throw .unknown("task", name: name, known: names)
    }
}
