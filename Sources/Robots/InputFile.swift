public import Diagnostics
import Foundation

/// Reading of files a user wrote: bounded in size, strict in encoding, kept inside its folder.
public enum InputFile {
    /// The largest file that is read, in bytes (1 MiB).
    public static let sizeLimit = 1 << 20

    /// Reads a regular UTF-8 text file.
    ///
    /// - Parameters:
    ///   - path: The file's path.
    ///   - limit: The largest size accepted, in bytes.
    /// - Throws: ``InputError`` when the file is missing, no regular file, too large or not UTF-8.
    public static func text(
        atPath path: String,
        limit: Int = sizeLimit
    ) throws(InputError) -> String {
        guard let text = String(data: try bytes(atPath: path, limit: limit), encoding: .utf8) else {
            throw InputError(file: path, expected: "UTF-8 text", found: "other bytes")
        }
        return text
    }

    /// Reads a regular file.
    ///
    /// - Parameters:
    ///   - path: The file's path.
    ///   - limit: The largest size accepted, in bytes.
    /// - Throws: ``InputError`` when the file is missing, no regular file or too large.
    static func bytes(atPath path: String, limit: Int) throws(InputError) -> Data {
        let resolved = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: resolved) else {
            throw InputError(file: path, expected: "a readable file", found: "nothing there")
        }
        guard attributes[.type] as? FileAttributeType == .typeRegular else {
            throw InputError(file: path, expected: "a regular file", found: "something else")
        }
        guard let handle = FileHandle(forReadingAtPath: resolved) else {
            throw InputError(
                file: path,
                expected: "a readable file",
                found: "no permission to read"
            )
        }
        defer { try? handle.close() }
        // One byte past the limit tells a file that is too large, even one that grows meanwhile.
        guard let data = try? handle.read(upToCount: limit + 1) ?? Data() else {
            throw InputError(file: path, expected: "a readable file", found: "a read error")
        }
        guard data.count <= limit else {
            throw InputError(
                file: path,
                expected: "at most \(limit) bytes",
                found: "a larger file"
            )
        }
        return data
    }

    /// The path of a file that another file names and that must lie inside `folder`.
    ///
    /// Symbolic links are followed before the check.
    ///
    /// - Parameters:
    ///   - reference: A path relative to `folder`.
    ///   - folder: The folder that must not be left.
    /// - Throws: ``InputError`` for an absolute path, one that leaves the folder, or a missing file.
    public static func path(
        of reference: String,
        inside folder: String
    ) throws(InputError) -> String {
        guard !reference.isEmpty, !reference.hasPrefix("/"), !reference.utf8.contains(0) else {
            throw InputError(expected: "a path inside the folder", found: quoted(reference))
        }
        let joined = folder + "/" + reference
        guard let root = resolved(folder), let target = resolved(joined) else {
            throw InputError(expected: "a file inside the folder", found: "no \(quoted(reference))")
        }
        guard target.hasPrefix(root == "/" ? root : root + "/") else {
            throw InputError(
                expected: "a path inside the folder",
                found: "\(quoted(reference)), which leads outside"
            )
        }
        return joined
    }

    /// The path with every symbolic link followed; nil when nothing is there.
    private static func resolved(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }
}

/// Text from outside in quotes, cut to a length that fits a sentence.
func quoted(_ text: some StringProtocol) -> String {
    let head = text.prefix(60)
    return "\"\(head)\(head.endIndex < text.endIndex ? "…" : "")\""
}
