/// A value of a policy server's messages: msgpack, with numpy arrays as values of their own.
///
/// The wire format is that of openpi's client package: a numpy array is a map of
/// `__ndarray__: true`, `data`, `dtype` and `shape`, a numpy scalar one of `__npgeneric__: true`,
/// `data` and `dtype`. Scalars become plain numbers here.
public enum MessagePackValue: Equatable, Sendable {
    /// `None`.
    case null
    /// `True` or `False`.
    case bool(Bool)
    /// An integer that fits 64 bits with a sign.
    case integer(Int64)
    /// An integer over `Int64.max`.
    case unsigned(UInt64)
    /// A floating-point number; 32-bit numbers on the wire are widened.
    case real(Double)
    /// UTF-8 text.
    case string(String)
    /// Bytes.
    case binary([UInt8])
    /// A list.
    case array([MessagePackValue])
    /// A map in the order of the wire; no key occurs twice.
    case map([Entry])
    /// A numpy array.
    case ndarray(NumpyArray)

    /// A key of a map and its value.
    public struct Entry: Equatable, Sendable {
        /// The key: text, or bytes that are UTF-8.
        public var key: String
        /// The value.
        public var value: MessagePackValue

        /// Creates an entry.
        public init(_ key: String, _ value: MessagePackValue) {
            self.key = key
            self.value = value
        }
    }
}

extension MessagePackValue {
    /// The value of a map's key; nil if there is none, or this is no map.
    public subscript(key: String) -> MessagePackValue? {
        guard case .map(let entries) = self else { return nil }
        return entries.first { $0.key == key }?.value
    }

    /// The keys of a map in their order; none if this is no map.
    public var keys: [String] {
        guard case .map(let entries) = self else { return [] }
        return entries.map(\.key)
    }

    /// A number, also from an array of one element; nil for anything else.
    public var number: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .unsigned(let value): Double(value)
        case .real(let value): value
        case .ndarray(let array) where array.count == 1: array.doubles().first
        default: nil
        }
    }

    /// What the value is, in words, for error messages.
    public var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a bool"
        case .integer, .unsigned: "an integer"
        case .real: "a number"
        case .string: "a string"
        case .binary(let bytes): "\(bytes.count) bytes"
        case .array(let items): "a list of \(items.count)"
        case .map(let entries): "a map of \(entries.count)"
        case .ndarray(let array): "an array \(array)"
        }
    }
}

/// What a message may hold at most, so that a hostile peer costs only itself.
///
/// The bytes of a message are bounded by the frame that brings it; these bound what it becomes.
public struct MessagePackLimits: Equatable, Sendable {
    /// Lists and maps inside each other.
    public var depth: Int
    /// Values in a message, keys and numpy's own among them; numbers in arrays are not counted.
    public var values: Int
    /// Dimensions of an array.
    public var rank: Int

    /// Creates limits; the defaults hold any policy's messages.
    public init(depth: Int = 16, values: Int = 65_536, rank: Int = 8) {
        self.depth = depth
        self.values = values
        self.rank = rank
    }
}
