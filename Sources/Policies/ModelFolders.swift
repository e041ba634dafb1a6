import Diagnostics
import Foundation

/// Directories of models by name: those that hold a marker file.
struct ModelFolders {
    /// What they hold, for messages.
    var kind: String
    /// The file that makes a directory one.
    var marker: String
    /// Directories that hold such directories; earlier ones win.
    var searchPaths: [String]

    /// All names, sorted.
    var names: [String] { places.map(\.name) }

    /// The directory of a name, or of a path (it holds a `/`).
    ///
    /// - Throws: `InputError` with the nearest names.
    func directory(of name: String) throws(InputError) -> String {
        if name.contains("/") {
            guard isOne(name) else {
                throw InputError(
                    file: name,
                    expected: "a directory with a \(marker)",
                    found: "none"
                )
            }
            return name
        }
        guard let place = places.first(where: { $0.name == name }) else {
            throw .unknown(kind, name: name, known: names)
        }
        return place.directory
    }

    /// The first search path that has a name wins.
    private var places: [(name: String, directory: String)] {
        var found: [String: String] = [:]
        for path in searchPaths {
            let entries = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
            for entry in entries where found[entry] == nil && !entry.hasPrefix(".") {
                let directory = path.hasSuffix("/") ? path + entry : "\(path)/\(entry)"
                if isOne(directory) { found[entry] = directory }
            }
        }
        return found.map { (name: $0.key, directory: $0.value) }.sorted { $0.name < $1.name }
    }

    private func isOne(_ directory: String) -> Bool {
        FileManager.default.fileExists(atPath: "\(directory)/\(marker)")
    }
}
