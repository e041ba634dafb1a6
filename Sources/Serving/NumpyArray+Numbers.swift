extension NumpyArray {
    /// Creates an array of numbers converted to its type: integers are rounded and clamped, a
    /// `bool` is true for anything but 0.
    ///
    /// - Parameters:
    ///   - type: The element type.
    ///   - shape: Dimensions whose product is the count of `numbers`.
    ///   - numbers: Row-major; NaN becomes 0 in integers.
    public init(type: NumpyType, shape: [Int], numbers: some Collection<Double>) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(numbers.count * type.width)
        for number in numbers { Self.append(number, type, to: &bytes) }
        self.init(type: type, shape: shape, bytes: bytes)
    }

    private static func append(_ number: Double, _ type: NumpyType, to bytes: inout [UInt8]) {
        switch type {
        case .bool: bytes.append(number == 0 ? 0 : 1)
        case .uint8: append(clamped(number, UInt8.self), to: &bytes)
        case .int8: append(clamped(number, Int8.self), to: &bytes)
        case .uint16: append(clamped(number, UInt16.self), to: &bytes)
        case .int16: append(clamped(number, Int16.self), to: &bytes)
        case .uint32: append(clamped(number, UInt32.self), to: &bytes)
        case .int32: append(clamped(number, Int32.self), to: &bytes)
        case .uint64: append(clamped(number, UInt64.self), to: &bytes)
        case .int64: append(clamped(number, Int64.self), to: &bytes)
        case .float16: append(Float16(number).bitPattern, to: &bytes)
        case .float32: append(Float(number).bitPattern, to: &bytes)
        case .float64: append(number.bitPattern, to: &bytes)
        }
    }

    private static func clamped<Number: FixedWidthInteger>(
        _ value: Double,
        _: Number.Type
    ) -> Number {
        if let exact = Number(exactly: value.rounded()) { return exact }
        return value.isNaN ? 0 : value > 0 ? .max : .min
    }

    private static func append(_ number: some FixedWidthInteger, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }
}
