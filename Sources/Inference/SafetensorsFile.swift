public import Diagnostics
import Foundation

/// A file of named tensors in the safetensors format, checked as a whole before anything is used.
///
/// Layout: 8 bytes header length (little-endian), a JSON header, the data. Header length, JSON,
/// dtypes, shapes, offsets, overlaps, holes and the total size are all checked; F32, F16 and BF16
/// are understood. Source: github.com/huggingface/safetensors, "Format".
public struct SafetensorsFile: Sendable {
    /// The file as it was named.
    public let path: String
    /// Free text that the writer added.
    public let metadata: [String: String]
    /// The names of all tensors, in the order of their data.
    public let names: [String]

    private let bytes: [UInt8]
    private let dataStart: Int
    private let places: [String: Place]

    private struct Place: Sendable {
        let type: String
        let shape: [Int]
        let range: Range<Int>
    }

    private static let longestHeader = 100_000_000

    /// Reads and checks a file.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - limit: The largest size accepted in bytes, checked before reading.
    /// - Throws: `InputError` naming the file and the tensor.
    public init(path: String, limit: Int = 1 << 32) throws(InputError) {
        let url = URL(fileURLWithPath: path).resolvingSymlinksInPath()
        let attributes = try? FileManager.default.attributesOfItem(atPath: url.path)
        guard let attributes, attributes[.type] as? FileAttributeType == .typeRegular else {
            throw InputError(file: path, expected: "a readable file", found: "none")
        }
        let size = attributes[.size] as? Int ?? .max
        guard size <= limit else {
            throw InputError(file: path, expected: "at most \(limit) bytes", found: "\(size)")
        }
        guard let data = try? Data(contentsOf: url) else {
            throw InputError(file: path, expected: "a readable file", found: "a read error")
        }
        try self.init(bytes: [UInt8](data), path: path)
    }

    /// Checks the bytes of a file.
    ///
    /// - Parameters:
    ///   - bytes: The whole file.
    ///   - path: The file's name, for errors.
    /// - Throws: `InputError` naming the file and the tensor.
    public init(bytes: [UInt8], path: String) throws(InputError) {
        guard bytes.count >= 8 else {
            throw InputError(
                file: path,
                expected: "at least 8 bytes",
                found: "\(bytes.count)"
            )
        }
        let length = (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[$1]) << (8 * UInt64($1)) }
        let most = min(bytes.count - 8, Self.longestHeader)
        guard length <= UInt64(most) else {
            throw InputError(
                file: path,
                expected: "a header of at most \(most) bytes",
                found: "\(length)"
            )
        }
        let start = 8 + Int(length)
        let header = try SafetensorsHeader(
            json: Array(bytes[8..<start]),
            dataBytes: bytes.count - start,
            file: path
        )
        self.path = path
        self.bytes = bytes
        dataStart = start
        metadata = header.metadata
        names = header.entries.map(\.name)
        places = Dictionary(
            header.entries.map {
                ($0.name, Place(type: $0.type.rawValue, shape: $0.shape, range: $0.range))
            },
            uniquingKeysWith: { first, _ in first }
        )
    }

    /// The bytes of the whole file, for hashing.
    public var contents: [UInt8] { bytes }

    /// The shape of a tensor, or nil where there is none of that name.
    public func shape(of name: String) -> [Int]? { places[name]?.shape }

    /// Reads one tensor, converted to floats.
    ///
    /// - Throws: `InputError` if there is none of that name, or a number in it is not finite.
    public func tensor(_ name: String) throws(InputError) -> Tensor {
        guard let place = places[name], let type = ElementType(rawValue: place.type) else {
            throw .unknown("tensor", name: name, known: names, file: path, key: name)
        }
        let count = place.range.count / type.size
        let start = dataStart + place.range.lowerBound
        let values = bytes.withUnsafeBytes { raw in
            [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
                for i in 0..<count {
                    let offset = start + i * type.size
                    buffer[i] = Self.element(raw, offset, type)
                }
                initialized = count
            }
        }
        if let index = values.firstIndex(where: { !$0.isFinite }) {
            throw InputError(
                file: path,
                key: name,
                expected: "finite numbers",
                found: "\(values[index]) at index \(index)"
            )
        }
        return Tensor(shape: place.shape, values: values)
    }

    @inline(__always)
    private static func element(
        _ raw: UnsafeRawBufferPointer,
        _ offset: Int,
        _ type: ElementType
    ) -> Float {
        switch type {
        case .f32:
            Float(
                bitPattern: UInt32(
                    littleEndian: raw.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
                )
            )
        case .bf16:
            // bfloat16 is the upper half of a float.
            Float(bitPattern: UInt32(half(raw, offset)) << 16)
        case .f16:
            Float(Float16(bitPattern: half(raw, offset)))
        }
    }

    @inline(__always)
    private static func half(_ raw: UnsafeRawBufferPointer, _ offset: Int) -> UInt16 {
        UInt16(littleEndian: raw.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
    }
}
