internal import CHDF5
public import Diagnostics
import Foundation

/// What a file says about one dataset of a demonstration.
public struct ColumnSummary: Equatable, Sendable {
    /// Where the dataset lies in the demonstration's group.
    public let path: String
    /// The whole shape, steps first.
    public let shape: [Int]
    /// The type of the numbers; nil for one that this project does not write.
    public let type: ElementType?
}

/// What a file says about one demonstration.
public struct DemonstrationSummary: Equatable, Sendable {
    /// The name in the file, `demo_N`.
    public let name: String
    /// The number of steps.
    public let sampleCount: Int
    /// The seed that the episode is rebuilt from; nil in files of other projects.
    public let seed: UInt64?
    /// All attributes.
    public let attributes: [String: AttributeValue]
    /// The datasets, in order of path.
    public let columns: [ColumnSummary]
}

/// Numbers read back from a file.
public struct Dataset<Element: ColumnElement>: Sendable {
    /// The whole shape, steps first.
    public let shape: [Int]
    /// The numbers, row-major.
    public let values: [Element]
}

/// Reads demonstrations from an HDF5 file in robomimic's layout.
///
/// Only files in the format of HDF5 1.10 or newer, as the writer makes them: their metadata carries
/// checksums, so damage is found before it is believed. Sizes are checked before anything is allocated, and data that lies in other files is refused.
public final class DemonstrationReader: Sendable {
    /// The file.
    public let path: String
    /// The attributes of `/data`.
    public let attributes: [String: AttributeValue]
    /// The demonstrations, in order of their numbers.
    public let demonstrations: [DemonstrationSummary]
    /// Names of demonstrations for each filter of `/mask`.
    public let filters: [String: [String]]
    private let file: hid_t

    /// The most bytes that one dataset may take in memory.
    public static let largestDataset = 1 << 31

    /// Steps in all demonstrations.
    public var total: Int { demonstrations.reduce(0) { $0 + $1.sampleCount } }

    /// Opens a file and reads everything but the numbers.
    ///
    /// - Throws: ``InputError`` if the file is missing, truncated, not HDF5, or not in the layout.
    public init(path: String) throws(InputError) {
        var isFolder = ObjCBool(false)
        guard !path.utf8.contains(0),
            FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        else {
            throw InputError(file: path, expected: "a file", found: "none")
        }
        guard !isFolder.boolValue else {
            throw InputError(file: path, expected: "a file", found: "a folder")
        }
        self.path = path
        try Self.checkFormat(path)
        do throws(InputError) {
            let opened = try HDF5.locked { () throws(InputError) -> hid_t in
                let file = ch5_open_read_only(path)
                try HDF5.check(file, expected: "a whole HDF5 file")
                return file
            }
            do throws(InputError) {
                (attributes, demonstrations, filters) = try HDF5.locked {
                    () throws(InputError) in try Self.index(opened)
                }
            } catch {
                _ = try? HDF5.locked { () throws(InputError) in H5Fclose(opened) }
                throw error
            }
            file = opened
        } catch {
            throw error.inFile(path)
        }
    }

    /// Refuses formats without checksums: the library trusts what they say.
    private static func checkFormat(_ path: String) throws(InputError) {
        let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]
        let head: [UInt8]
        do {
            let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            head = [UInt8](try handle.read(upToCount: 9) ?? Data())
        } catch {
            throw InputError(file: path, expected: "a readable file", found: "\(error)")
        }
        guard head.count == 9, head.starts(with: signature) else {
            throw InputError(file: path, expected: "an HDF5 file", found: "something else")
        }
        guard head[8] >= 3 else {
            throw InputError(
                file: path,
                expected: "the HDF5 1.10 format, with checksums",
                found: "an older format (superblock \(head[8]))"
            )
        }
    }

    deinit {
        let file = file
        _ = try? HDF5.locked { () throws(InputError) in H5Fclose(file) }
    }

    /// Reads a whole dataset, converted to `Element`.
    ///
    /// - Parameters:
    ///   - column: The dataset's path in the demonstration's group, such as `obs/point_cloud`.
    ///   - demonstration: The demonstration's name, such as `demo_0`.
    ///   - type: The type of the numbers in memory.
    /// - Throws: ``InputError`` for an unknown name, a dataset that is too large, or damaged data.
    public func read<Element: ColumnElement>(
        _ column: String,
        of demonstration: String,
        as type: Element.Type = Element.self
    ) throws(InputError) -> Dataset<Element> {
        guard let summary = demonstrations.first(where: { $0.name == demonstration }) else {
            throw .unknown(
                "demonstration",
                name: demonstration,
                known: demonstrations.map(\.name),
                file: path
            )
        }
        guard let found = summary.columns.first(where: { $0.path == column }) else {
            throw .unknown(
                "column",
                name: column,
                known: summary.columns.map(\.path),
                file: path,
                key: demonstration
            )
        }
        let key = "\(demonstration)/\(column)"
        let size = Element.elementType.size
        let (count, isLong) = found.shape.reduce((1, false)) { product, extent in
            let next = product.0.multipliedReportingOverflow(by: extent)
            return (next.partialValue, product.1 || next.overflow)
        }
        guard !isLong, count <= Self.largestDataset / size else {
            throw InputError(
                file: path,
                key: key,
                expected: "a dataset of at most \(Self.largestDataset) bytes",
                found: "shape \(found.shape)"
            )
        }
        guard found.type != nil else {
            throw InputError(file: path, key: key, expected: "numbers", found: "another type")
        }
        var values = [Element](repeating: .blank, count: count)
        let file = file
        do throws(InputError) {
            try HDF5.locked { () throws(InputError) in
                let dataset = try HDF5Handle(
                    H5Dopen2(file, "data/\(demonstration)/\(column)", ch5_default()),
                    close: H5Dclose,
                    expected: "a dataset",
                    key: key
                )
                let status = values.withUnsafeMutableBytes { bytes in
                    H5Dread(
                        dataset.id,
                        Element.elementType.identifier,
                        ch5_all(),
                        ch5_all(),
                        ch5_default(),
                        bytes.baseAddress
                    )
                }
                try HDF5.check(status, expected: "readable numbers", key: key)
            }
        } catch {
            throw error.inFile(path)
        }
        return Dataset(shape: found.shape, values: values)
    }
}
