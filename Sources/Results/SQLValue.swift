/// One value of a row, in SQLite's own types.
public enum SQLValue: Equatable, Sendable {
    /// No value.
    case null
    /// A whole number.
    case integer(Int64)
    /// A number.
    case real(Double)
    /// Text.
    case text(String)

    /// A whole number, or no value.
    public static func optional(_ value: Int?) -> SQLValue {
        value.map { .integer(Int64($0)) } ?? .null
    }

    /// A number, or no value.
    public static func optional(_ value: Double?) -> SQLValue { value.map(SQLValue.real) ?? .null }

    /// Text, or no value.
    public static func optional(_ value: String?) -> SQLValue { value.map(SQLValue.text) ?? .null }

    /// 1 or 0.
    public static func flag(_ value: Bool) -> SQLValue { .integer(value ? 1 : 0) }

    /// A whole number.
    public static func integer(_ value: Int) -> SQLValue { .integer(Int64(value)) }
}
