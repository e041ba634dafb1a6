internal import CHDF5
internal import Diagnostics

/// A value beside the data: of a file, or of one demonstration.
public enum AttributeValue: Equatable, Sendable {
    /// Words, as UTF-8 without NUL; in Python `attrs[name]` gives them as bytes.
    case text(String)
    /// A whole number; also for yes (1) and no (0).
    case integer(Int64)
    /// A whole number without sign: seeds and hashes.
    case unsigned(UInt64)
    /// A number.
    case real(Double)
    /// A list of numbers.
    case reals([Double])
}

extension AttributeValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral
{
    /// Words.
    public init(stringLiteral value: String) { self = .text(value) }
    /// A whole number.
    public init(integerLiteral value: Int64) { self = .integer(value) }
    /// A number.
    public init(floatLiteral value: Double) { self = .real(value) }
}

extension AttributeValue {
    /// The longest list that is written or read.
    static let longestList = 4096
    /// The longest text in bytes that is written or read.
    static let longestText = 1 << 20

    /// Writes the attribute `name` of the object `owner`, in place of one there before.
    func write(to owner: hid_t, name: String) throws(InputError) {
        let expected = "to write an attribute"
        if H5Aexists(owner, name) > 0 {
            try HDF5.check(H5Adelete(owner, name), expected: expected, key: name)
        }
        switch self {
        case .text(let words):
            let bytes = Array(words.utf8)
            guard !bytes.contains(0), bytes.count <= Self.longestText else {
                throw InputError(
                    key: name,
                    expected: "text of at most \(Self.longestText) bytes without NUL",
                    found: "\(bytes.count) bytes"
                )
            }
            // The library has no strings of no bytes.
            let padded = bytes.isEmpty ? [0] : bytes
            let type = try HDF5.textType(size: padded.count)
            try Self.write(padded, to: owner, name, type: type.id, extents: [])
        case .integer(let value):
            try Self.write([value], to: owner, name, type: ch5_int64(), extents: [])
        case .unsigned(let value):
            try Self.write([value], to: owner, name, type: ch5_uint64(), extents: [])
        case .real(let value):
            try Self.write([value], to: owner, name, type: ch5_float64(), extents: [])
        case .reals(let values):
            guard (1...Self.longestList).contains(values.count) else {
                throw InputError(
                    key: name,
                    expected: "1 to \(Self.longestList) numbers",
                    found: "\(values.count)"
                )
            }
            try Self.write(values, to: owner, name, type: ch5_float64(), extents: [values.count])
        }
    }

    private static func create(
        _ owner: hid_t,
        _ name: String,
        type: hid_t,
        extents: [Int]
    ) throws(InputError) -> HDF5Handle {
        let space = try HDF5.space(extents)
        return try HDF5Handle(
            H5Acreate2(owner, name, type, space.id, ch5_default(), ch5_default()),
            close: H5Aclose,
            expected: "to create an attribute",
            key: name
        )
    }

    private static func write<Value>(
        _ values: [Value],
        to owner: hid_t,
        _ name: String,
        type: hid_t,
        extents: [Int]
    ) throws(InputError) {
        let attribute = try create(owner, name, type: type, extents: extents)
        try HDF5.check(
            values.withUnsafeBytes { H5Awrite(attribute.id, type, $0.baseAddress) },
            expected: "to write an attribute",
            key: name
        )
    }

    /// Reads all attributes of `owner` that have a form known here; leaves out others.
    static func readAll(of owner: hid_t) throws(InputError) -> [String: AttributeValue] {
        var found: [String: AttributeValue] = [:]
        var info = H5O_info_t()
        try HDF5.check(H5Oget_info1(owner, &info), expected: "an object with attributes")
        guard info.num_attrs <= 4096 else {
            throw InputError(expected: "at most 4096 attributes", found: "\(info.num_attrs)")
        }
        for index in 0..<info.num_attrs {
            let attribute = try HDF5Handle(
                H5Aopen_by_idx(
                    owner,
                    ".",
                    H5_INDEX_NAME,
                    H5_ITER_INC,
                    index,
                    ch5_default(),
                    ch5_default()
                ),
                close: H5Aclose,
                expected: "an attribute"
            )
            let length = H5Aget_name(attribute.id, 0, nil)
            guard length > 0, length <= 4096 else { continue }
            var name = [CChar](repeating: 0, count: length + 1)
            H5Aget_name(attribute.id, name.count, &name)
            let key = String(
                decoding: name.prefix(length).map(UInt8.init(bitPattern:)),
                as: UTF8.self
            )
            found[key] = try read(attribute.id, name: key)
        }
        return found
    }

    private static func read(_ attribute: hid_t, name: String) throws(InputError) -> AttributeValue?
    {
        let space = try HDF5Handle(
            H5Aget_space(attribute),
            close: H5Sclose,
            expected: "an attribute with a size",
            key: name
        )
        let type = try HDF5Handle(
            H5Aget_type(attribute),
            close: H5Tclose,
            expected: "an attribute with a type",
            key: name
        )
        let count = H5Sget_simple_extent_npoints(space.id)
        let isScalar = H5Sget_simple_extent_type(space.id) == H5S_SCALAR
        guard count >= 1, count <= hssize_t(longestList) else { return nil }
        switch H5Tget_class(type.id) {
        case H5T_INTEGER where isScalar:
            if H5Tget_sign(type.id) == H5T_SGN_NONE {
                var value: UInt64 = 0
                try HDF5.check(
                    H5Aread(attribute, ch5_uint64(), &value),
                    expected: "a whole number",
                    key: name
                )
                return .unsigned(value)
            }
            var value: Int64 = 0
            try HDF5.check(
                H5Aread(attribute, ch5_int64(), &value),
                expected: "a whole number",
                key: name
            )
            return .integer(value)
        case H5T_FLOAT:
            var values = [Double](repeating: 0, count: Int(count))
            try HDF5.check(
                H5Aread(attribute, ch5_float64(), &values),
                expected: "numbers",
                key: name
            )
            return isScalar ? .real(values[0]) : .reals(values)
        case H5T_STRING where isScalar:
            return try readText(attribute, type: type.id, name: name)
        default:
            return nil
        }
    }

    private static func readText(
        _ attribute: hid_t,
        type: hid_t,
        name: String
    ) throws(InputError) -> AttributeValue? {
        // Older libraries trust what a damaged heap says of such a string's length.
        guard H5Tis_variable_str(type) == 0 else { return nil }
        let size = H5Tget_size(type)
        guard size > 0, size <= longestText else { return nil }
        var bytes = [UInt8](repeating: 0, count: size)
        try HDF5.check(H5Aread(attribute, type, &bytes), expected: "text", key: name)
        return .text(String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self))
    }
}
