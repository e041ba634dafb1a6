import Diagnostics
import Foundation

/// Writes files that appear whole or not at all.
enum WholeFile {
    /// Writes through a temporary file beside the target and a rename.
    static func write(_ text: String, to path: String) throws(InputError) {
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
