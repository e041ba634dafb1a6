import Diagnostics
import Foundation

/// Writes files that appear whole or not at all.
enum WholeFile {
    /// Refuses a place that cannot become a file: a folder, a device, a folder that is missing.
    static func check(_ path: String) throws(InputError) {
        let folder = URL(filePath: path).deletingLastPathComponent().path
        guard FileManager.default.isWritableFile(atPath: folder) else {
            throw InputError(
                file: path,
                expected: "a file in a folder that can be written",
                found: "the folder \(folder)"
            )
        }
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        guard let attributes else { return }
        guard attributes[.type] as? FileAttributeType == .typeRegular else {
            throw InputError(
                file: path,
                expected: "a new file or one to replace",
                found: "something that is not a regular file"
            )
        }
    }

    /// Writes through a temporary file beside the target and a rename.
    static func write(_ text: String, to path: String) throws(InputError) {
        try check(path)
        do {
            try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
        } catch {
            throw InputError(
                file: path,
                expected: "a place that can be written",
                found: error.localizedDescription
            )
        }
    }
}
