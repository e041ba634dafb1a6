/// A JSON value that knows its line, for error messages that name the place.
public struct JSONNode: Sendable {
    /// The line where the value begins, counted from 1.
    public let line: Int
    /// The value.
    public let value: JSONValue
}

/// A JSON value.
///
/// Numbers stay text, so that integers keep every digit.
public indirect enum JSONValue: Sendable {
    /// `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A number as written.
    case number(String)
    /// A string, unescaped.
    case string(String)
    /// An array.
    case array([JSONNode])
    /// An object; no key occurs twice.
    case object([JSONMember])

    /// What the value is, in words, for error messages.
    public var kind: String {
        switch self {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .number(let text): text
        case .string(let text): "\"\(text.prefix(80))\""
        case .array(let items): "an array of \(items.count)"
        case .object: "an object"
        }
    }
}

/// A key of a JSON object and its value.
public struct JSONMember: Sendable {
    /// The key, unescaped.
    public let key: String
    /// The value.
    public let node: JSONNode
}
