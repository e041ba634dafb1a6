import Diagnostics

/// Makes numpy's values of the maps that carry them.
struct NumpyDecoder {
    private let map: MessagePackValue
    private let limits: MessagePackLimits

    init(entries: [MessagePackValue.Entry], limits: MessagePackLimits) {
        map = .map(entries)
        self.limits = limits
    }

    /// The array, or the plain number of a numpy scalar.
    func value() throws(InputError) -> MessagePackValue {
        let (type, bigEndian) = try elementType()
        guard map[NumpyKey.array] != nil else { return try scalar() }
        let shape = try shape()
        guard case .binary(let bytes)? = map[NumpyKey.data] else {
            throw InputError(
                expected: "an array's data as bytes",
                found: map[NumpyKey.data]?.kind ?? "none"
            )
        }
        guard let wanted = NumpyArray.byteCount(type, shape), wanted == bytes.count else {
            throw InputError(
                expected: "an array's bytes to fill its shape \(shape) of \(type.rawValue)",
                found: "\(bytes.count) bytes"
            )
        }
        return .ndarray(
            NumpyArray(
                type: type,
                shape: shape,
                bytes: bigEndian ? Self.swapped(bytes, width: type.width) : bytes
            )
        )
    }

    private func elementType() throws(InputError) -> (NumpyType, Bool) {
        guard case .string(let code)? = map[NumpyKey.type], let found = NumpyType.parse(code)
        else {
            let found =
                if case .string(let code)? = map[NumpyKey.type] {
                    "\"\(PlainText.of(code, 32))\""
                } else {
                    map[NumpyKey.type]?.kind ?? "none"
                }
            throw InputError(
                expected: "a numpy dtype of bool, integers or floats, such as <f4 or |u1",
                found: found
            )
        }
        return found
    }

    private func scalar() throws(InputError) -> MessagePackValue {
        switch map[NumpyKey.data] {
        case .bool(let flag): return .bool(flag)
        case .integer(let number): return .integer(number)
        case .unsigned(let number): return .unsigned(number)
        case .real(let number): return .real(number)
        case let other:
            throw InputError(expected: "a numpy scalar's number", found: other?.kind ?? "none")
        }
    }

    private func shape() throws(InputError) -> [Int] {
        guard case .array(let items)? = map[NumpyKey.shape], items.count <= limits.rank else {
            throw InputError(
                expected: "an array's shape of at most \(limits.rank) dimensions",
                found: map[NumpyKey.shape]?.kind ?? "none"
            )
        }
        var shape: [Int] = []
        for item in items {
            guard case .integer(let dimension) = item, dimension >= 0 else {
                throw InputError(expected: "dimensions of at least 0", found: item.kind)
            }
            shape.append(Int(dimension))
        }
        return shape
    }

    private static func swapped(_ bytes: [UInt8], width: Int) -> [UInt8] {
        var swapped = bytes
        for start in stride(from: 0, to: bytes.count, by: width) {
            swapped[start..<start + width].reverse()
        }
        return swapped
    }
}
