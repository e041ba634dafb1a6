/// The element types of numpy arrays that messages may hold.
public enum NumpyType: String, CaseIterable, Sendable {
    /// Truth values, a byte each.
    case bool
    /// Unsigned integers.
    case uint8, uint16, uint32, uint64
    /// Signed integers.
    case int8, int16, int32, int64
    /// IEEE 754 numbers.
    case float16, float32, float64

    /// Bytes of one element.
    public var width: Int {
        switch self {
        case .bool, .uint8, .int8: 1
        case .uint16, .int16, .float16: 2
        case .uint32, .int32, .float32: 4
        case .uint64, .int64, .float64: 8
        }
    }

    /// numpy's `dtype.str`, little-endian: `<f4`, `|u1`.
    public var code: String {
        let letter =
            switch self {
            case .bool: "b"
            case .uint8, .uint16, .uint32, .uint64: "u"
            case .int8, .int16, .int32, .int64: "i"
            case .float16, .float32, .float64: "f"
            }
        return (width == 1 ? "|" : "<") + letter + "\(width)"
    }

    /// The type of a `dtype.str`, and whether its bytes are big-endian; nil for other types.
    static func parse(_ code: String) -> (type: NumpyType, bigEndian: Bool)? {
        // Characters of a long run of marks take long to tell apart.
        guard code.utf8.count == 3 else { return nil }
        guard let order = code.first, "<>|=".contains(order) else { return nil }
        let rest = code.dropFirst()
        guard let type = allCases.first(where: { $0.code.dropFirst() == rest }) else { return nil }
        guard order != "|" || type.width == 1 else { return nil }
        return (type, order == ">" && type.width > 1)
    }
}
