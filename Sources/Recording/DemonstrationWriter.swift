internal import CHDF5
public import Diagnostics
import Foundation

/// Writes demonstrations to one HDF5 file in robomimic's layout.
///
/// ```
/// /data                attributes total, env_args and the file's own
/// /data/demo_N         attributes num_samples, seed and the episode's own
/// /data/demo_N/actions (T, A), rewards, dones, states (T, D), obs/<key>, timing/<key>
/// /mask/<filter>       names of demonstrations
/// ```
/// The file is written under a temporary name in the same folder and appears whole at
/// ``finish(filters:)``, or not at all. Not for use inside the tick.
/// Source: robomimic documentation, "Dataset contents and visualization".
public final class DemonstrationWriter {
    /// The columns that robomimic's readers look for in every demonstration.
    public static let requiredColumns = ["actions", "rewards", "dones", "states"]

    /// The file that appears in the end.
    public let path: String
    /// Demonstrations so far.
    public private(set) var count = 0
    /// Steps so far, in all demonstrations.
    public private(set) var total = 0

    private let temporaryPath: String
    private var file: hid_t?

    /// Starts a file; an older one at `path` stays until ``finish(filters:)`` replaces it.
    ///
    /// - Parameters:
    ///   - path: The file to make; its folder must exist.
    ///   - environment: The environment's name in `env_args`.
    ///   - arguments: The environment's arguments in `env_args`.
    ///   - attributes: Attributes of `/data`; `total` and `env_args` are the writer's own.
    /// - Throws: ``InputError`` if the file cannot be made or an attribute cannot be written.
    public init(
        path: String,
        environment: String,
        arguments: [String: AttributeValue] = [:],
        attributes: [String: AttributeValue] = [:]
    ) throws(InputError) {
        self.path = path
        var isFolder = ObjCBool(false)
        let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        guard !path.isEmpty, !path.utf8.contains(0), !(exists && isFolder.boolValue) else {
            throw InputError(
                file: path,
                expected: "a file name to write to",
                found: exists ? "a folder" : "no file name"
            )
        }
        temporaryPath = "\(path).\(UUID().uuidString).partial"
        let arguments = try Self.environmentJSON(name: environment, arguments: arguments)
        do throws(InputError) {
            let temporary = temporaryPath
            let created = try HDF5.locked { () throws(InputError) -> hid_t in
                let file = ch5_create_exclusive(temporary)
                try HDF5.check(file, expected: "a file that can be written")
                return file
            }
            file = created
            try HDF5.locked { () throws(InputError) in
                let data = try HDF5.createGroup(created, "data")
                for (name, value) in attributes.sorted(by: { $0.key < $1.key }) {
                    try value.write(to: data.id, name: name)
                }
                try AttributeValue.text(arguments).write(to: data.id, name: "env_args")
                try AttributeValue.integer(0).write(to: data.id, name: "total")
            }
        } catch {
            abandon()
            throw error.inFile(path)
        }
    }

    deinit {
        abandon()
    }

    /// Adds an episode as the next demonstration.
    ///
    /// - Throws: ``InputError`` if a required column is missing, columns differ in length, two
    ///   have one path or there is no step; or if writing fails, which abandons the file.
    public func append(_ episode: EpisodeTable) throws(InputError) {
        let name = "demo_\(count)"
        guard let file else {
            throw InputError(file: path, expected: "an open file", found: "a finished one")
        }
        try check(episode, name: name)
        do throws(InputError) {
            try HDF5.locked { () throws(InputError) in
                let data = try HDF5.openGroup(file, "data")
                let demonstration = try HDF5.createGroup(data.id, name)
                for (key, value) in episode.attributes.sorted(by: { $0.key < $1.key }) {
                    try value.write(to: demonstration.id, name: key)
                }
                try AttributeValue.integer(Int64(episode.stepCount))
                    .write(to: demonstration.id, name: "num_samples")
                try AttributeValue.unsigned(episode.seed).write(to: demonstration.id, name: "seed")
                for column in episode.columns {
                    try column.write(to: demonstration.id)
                }
            }
        } catch {
            abandon()
            throw error.inFile(path)
        }
        count += 1
        total += episode.stepCount
    }

    /// Completes the file on disk and gives it its name.
    ///
    /// - Parameter filters: Numbers of demonstrations for each filter, such as `train` and `valid`.
    /// - Throws: ``InputError`` if a filter names a demonstration that is not there, or writing
    ///   fails. Nothing is left behind then.
    public func finish(filters: [String: [Int]] = [:]) throws(InputError) {
        guard let file else {
            throw InputError(file: path, expected: "an open file", found: "a finished one")
        }
        do throws(InputError) {
            for (filter, numbers) in filters {
                try Column.check(path: filter)
                guard numbers.allSatisfy({ (0..<count).contains($0) }) else {
                    throw InputError(
                        key: "mask/\(filter)",
                        expected: "demonstrations 0 to \(count - 1)",
                        found: "\(numbers.filter { !(0..<count).contains($0) }.prefix(5))"
                    )
                }
            }
            let total = total
            try HDF5.locked { () throws(InputError) in
                let data = try HDF5.openGroup(file, "data")
                try AttributeValue.integer(Int64(total)).write(to: data.id, name: "total")
                if !filters.isEmpty {
                    let mask = try HDF5.createGroup(file, "mask")
                    for (filter, numbers) in filters.sorted(by: { $0.key < $1.key }) {
                        try Self.write(numbers, to: mask.id, filter: filter)
                    }
                }
                try HDF5.check(
                    H5Fflush(file, H5F_SCOPE_GLOBAL),
                    expected: "room to write the file"
                )
            }
            self.file = nil
            try HDF5.locked { () throws(InputError) in
                try HDF5.check(H5Fclose(file), expected: "room to write the file")
            }
            try publish()
        } catch {
            abandon()
            throw error.inFile(path)
        }
    }

    private func check(_ episode: EpisodeTable, name: String) throws(InputError) {
        let paths = episode.columns.map(\.path)
        for required in Self.requiredColumns where !paths.contains(required) {
            throw InputError(
                file: path,
                key: "\(name)/\(required)",
                expected: "a column",
                found: "none"
            )
        }
        guard Set(paths).count == paths.count else {
            throw InputError(file: path, key: name, expected: "one column a path", found: "two")
        }
        let steps = episode.stepCount
        for column in episode.columns {
            let whole = column.stepCount == steps && steps > 0
            guard whole, column.bytes.count == steps * column.width * column.type.size else {
                throw InputError(
                    file: path,
                    key: "\(name)/\(column.path)",
                    expected: steps > 0 ? "\(steps) steps" : "at least one step",
                    found: "\(column.stepCount)"
                )
            }
        }
    }

    /// Syncs the finished file, renames it and syncs its folder.
    private func publish() throws(InputError) {
        try Self.sync(temporaryPath)
        guard rename(temporaryPath, path) == 0 else { throw Self.systemError("a name to write to") }
        let folder = (path as NSString).deletingLastPathComponent
        try Self.sync(folder.isEmpty ? "." : folder)
    }

    private static func sync(_ path: String) throws(InputError) {
        let descriptor = open(path, O_RDONLY)
        guard descriptor >= 0 else { throw systemError("a file that can be synced") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw systemError("a file that can be synced") }
    }

    private static func systemError(_ expected: String) -> InputError {
        InputError(expected: expected, found: String(cString: strerror(errno)))
    }

    private func abandon() {
        if let file {
            // Closing cannot fail in a way that matters: the file is removed.
            _ = try? HDF5.locked { () throws(InputError) in H5Fclose(file) }
        }
        file = nil
        unlink(temporaryPath)
    }

    /// robomimic reads name, type and arguments; of its types, 2 (gym) is the nearest.
    private static func environmentJSON(
        name: String,
        arguments: [String: AttributeValue]
    ) throws(InputError) -> String {
        var plain: [String: Any] = [:]
        for (key, value) in arguments {
            switch value {
            case .text(let words): plain[key] = words
            case .integer(let number): plain[key] = number
            case .unsigned(let number): plain[key] = number
            case .real(let number) where number.isFinite: plain[key] = number
            case .reals(let numbers) where numbers.allSatisfy(\.isFinite): plain[key] = numbers
            case .real, .reals:
                throw InputError(key: key, expected: "a finite number", found: "NaN or infinity")
            }
        }
        let root: [String: Any] = ["env_name": name, "type": 2, "env_kwargs": plain]
        do {
            let json = try JSONSerialization.data(withJSONObject: root, options: .sortedKeys)
            return String(decoding: json, as: UTF8.self)
        } catch {
            throw InputError(key: "env_args", expected: "values for JSON", found: "\(error)")
        }
    }

    /// Writes names of demonstrations as robomimic does: an array of padded strings.
    private static func write(
        _ numbers: [Int],
        to mask: hid_t,
        filter: String
    ) throws(InputError) {
        let names = numbers.map { Array("demo_\($0)".utf8) }
        let size = names.map(\.count).max() ?? 1
        let type = try HDF5.textType(size: size)
        let space = try HDF5.space([numbers.count])
        let dataset = try HDF5Handle(
            H5Dcreate2(
                mask,
                filter,
                type.id,
                space.id,
                ch5_default(),
                ch5_default(),
                ch5_default()
            ),
            close: H5Dclose,
            expected: "to create a filter",
            key: filter
        )
        let bytes = names.flatMap { $0 + [UInt8](repeating: 0, count: size - $0.count) }
        guard !bytes.isEmpty else { return }
        try HDF5.check(
            H5Dwrite(dataset.id, type.id, ch5_all(), ch5_all(), ch5_default(), bytes),
            expected: "to write a filter",
            key: filter
        )
    }
}

extension Column {
    /// The level of gzip for images: beyond 4 it is slower and hardly smaller.
    private static let compression: UInt32 = 4

    /// Writes the column into the group of its demonstration, with the groups on its path.
    fileprivate func write(to demonstration: hid_t) throws(InputError) {
        var above = ""
        for name in path.split(separator: "/").dropLast() {
            above += above.isEmpty ? name : "/" + name
            if H5Lexists(demonstration, above, ch5_default()) <= 0 {
                _ = try HDF5.createGroup(demonstration, above)
            }
        }
        let space = try HDF5.space([stepCount] + shape)
        let creation = try HDF5Handle(
            ch5_dataset_creation(),
            close: H5Pclose,
            expected: "a property list"
        )
        if isImage {
            let chunk = [hsize_t(1)] + shape.map { hsize_t($0) }
            try HDF5.check(
                H5Pset_chunk(creation.id, Int32(chunk.count), chunk),
                expected: "chunks of one image",
                key: path
            )
            try HDF5.check(
                H5Pset_deflate(creation.id, Self.compression),
                expected: "an HDF5 library with gzip",
                key: path
            )
        }
        let dataset = try HDF5Handle(
            H5Dcreate2(
                demonstration,
                path,
                type.identifier,
                space.id,
                ch5_default(),
                creation.id,
                ch5_default()
            ),
            close: H5Dclose,
            expected: "to create a dataset",
            key: path
        )
        try HDF5.check(
            H5Dwrite(dataset.id, type.identifier, ch5_all(), ch5_all(), ch5_default(), bytes),
            expected: "to write a dataset",
            key: path
        )
    }
}
