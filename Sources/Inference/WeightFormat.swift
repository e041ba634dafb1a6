public import Diagnostics

/// How a network's weights lie in memory, and what they are multiplied with.
///
/// Sums are float always. What a format costs in accuracy is printed by
/// `simrun policy inspect --accuracy`.
public enum WeightFormat: String, CaseIterable, Sendable {
    /// Four bytes a weight.
    case float32 = "fp32"
    /// The upper half of a float, rounded to nearest, ties to even; inputs stay float. Exact where
    /// the weights were stored so.
    case bfloat16 = "bf16"
    /// As `bfloat16`, and the inputs of every product are rounded likewise, so that a machine that
    /// multiplies pairs of bfloat16 does twice the work in the same time.
    case bfloat16Dot = "bf16-dot"
    /// One byte a weight, in steps of the largest in its output channel / 127; inputs stay float.
    case int8

    /// The format of that name.
    ///
    /// - Throws: `InputError` naming the known formats.
    public init(named name: String, key: String) throws(InputError) {
        guard let format = WeightFormat(rawValue: name) else {
            throw .unknown(
                "weight format",
                name: name,
                known: Self.allCases.map(\.rawValue),
                key: key
            )
        }
        self = format
    }

    /// Bytes of a stored weight.
    public var bytes: Int {
        switch self {
        case .float32: 4
        case .bfloat16, .bfloat16Dot: 2
        case .int8: 1
        }
    }

    /// Rows of the weights that lie side by side.
    var rowsTogether: Int { bytes == 2 ? 2 : 1 }
}

/// The nearest bfloat16 of a finite number, ties to even.
func bfloat16(_ value: Float) -> UInt16 {
    let bits = value.bitPattern
    return UInt16(truncatingIfNeeded: (bits &+ 0x7FFF &+ ((bits >> 16) & 1)) >> 16)
}
