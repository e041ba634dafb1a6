import Diagnostics
import Foundation

/// Where a sweep keeps what it makes.
struct SweepFolder {
    let path: String

    /// The results.
    var results: String { path + "/sweep.sqlite" }
    /// The sweep's file as it was when the sweep was last started.
    var copy: String { path + "/sweep.yaml" }
    /// Results of the shards of an array.
    var shards: String { path + "/shards" }
    /// What the tasks of an array print.
    var logs: String { path + "/logs" }

    /// The folder of a sweep's file, where none is named: `out/` and the file's name.
    init(path: String?, file: String?) {
        let stem = file.map { URL(filePath: $0).deletingPathExtension().lastPathComponent }
        self.path = path ?? "out/" + (stem ?? "sweep")
    }

    /// Makes the folder, and those in it that `names` names.
    func make(_ names: [String] = []) throws(InputError) {
        for folder in [path] + names {
            do {
                try FileManager.default.createDirectory(
                    atPath: folder,
                    withIntermediateDirectories: true
                )
            } catch {
                throw InputError(
                    file: folder,
                    key: "--out",
                    expected: "a folder that can be made",
                    found: error.localizedDescription
                )
            }
        }
    }

    /// The files of shards that exist, sorted.
    func shardFiles() -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: shards)) ?? []
        return names.filter { $0.hasSuffix(".sqlite") }.sorted().map { shards + "/" + $0 }
    }
}

/// Keeps two runs from the same results: a lock that goes with its process, however it ends.
final class SweepLock {
    private let descriptor: Int32

    /// - Throws: `InputError` when another run holds it.
    init(beside file: String) throws(InputError) {
        let path = file + ".lock"
        descriptor = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw InputError(
                file: path,
                expected: "a file that can be made",
                found: String(cString: strerror(errno))
            )
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw InputError(
                file: file,
                expected: "results that nobody else writes",
                found: "another simrun at work on them"
            )
        }
    }

    deinit { close(descriptor) }
}
