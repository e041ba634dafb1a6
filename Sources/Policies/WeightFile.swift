import Diagnostics
import Inference
import Robots
import Runtime

extension PolicyManifest.Weights {
    /// Opens the file, which must be the one that was exported.
    ///
    /// - Parameters:
    ///   - directory: Where it lies.
    ///   - source: The file that describes it, for messages.
    /// - Throws: `InputError` for a file that is missing, or of another size, count or hash.
    func open(in directory: String, saidBy source: String) throws(InputError) -> SafetensorsFile {
        let path: String
        do {
            path = try InputFile.path(of: file, inside: directory)
        } catch {
            throw error.inFile(directory + "/" + file)
        }
        let opened = try SafetensorsFile(path: path, limit: bytes)
        try check(opened, saidBy: source)
        return opened
    }

    /// Size, parameter count and hash are those of the manifest.
    private func check(_ file: SafetensorsFile, saidBy source: String) throws(InputError) {
        guard file.contents.count == bytes else {
            throw InputError(
                file: file.path,
                key: "weights.bytes",
                expected: "\(bytes) bytes, as \(source) says",
                found: "\(file.contents.count)"
            )
        }
        let total = file.names.reduce(0) { total, name in
            total + (file.shape(of: name)?.reduce(1, *) ?? 0)
        }
        guard total == parameters else {
            throw InputError(
                file: file.path,
                key: "weights.parameters",
                expected: "\(parameters), as \(source) says",
                found: "\(total)"
            )
        }
        let hash = ContentHash.sha256(file.contents)
        guard hash == sha256 else {
            throw InputError(
                file: file.path,
                key: "weights.sha256",
                expected: "\(sha256), as \(source) says",
                found: hash
            )
        }
    }
}
