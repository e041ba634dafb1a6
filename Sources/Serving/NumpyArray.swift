/// A numpy array in C order.
public struct NumpyArray: Equatable, Sendable, CustomStringConvertible {
    /// The type of the elements.
    public let type: NumpyType
    /// The dimensions; none for an array of no dimensions, which has one element.
    public let shape: [Int]
    /// The elements, little-endian, row-major.
    public let bytes: [UInt8]

    /// Creates an array of bytes as they are.
    ///
    /// - Parameters:
    ///   - type: The element type.
    ///   - shape: Dimensions, each at least 0.
    ///   - bytes: As many as type and shape need; anything else is a programming error.
    public init(type: NumpyType, shape: [Int], bytes: [UInt8]) {
        precondition(
            NumpyArray.byteCount(type, shape) == bytes.count,
            "the bytes of an array must fill its shape"
        )
        self.type = type
        self.shape = shape
        self.bytes = bytes
    }

    /// Creates an array of 32-bit numbers.
    ///
    /// - Parameters:
    ///   - floats: The elements, row-major.
    ///   - shape: Dimensions whose product is the count; nil makes one dimension.
    public init(_ floats: [Float], shape: [Int]? = nil) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(floats.count * 4)
        for value in floats {
            withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
        }
        self.init(type: .float32, shape: shape ?? [floats.count], bytes: bytes)
    }

    /// Elements.
    public var count: Int { bytes.count / type.width }

    /// `float32 [10, 8]`.
    public var description: String {
        "\(type.rawValue) [\(shape.map(String.init).joined(separator: ", "))]"
    }

    /// The elements as numbers, row-major; 64-bit integers are rounded.
    public func doubles() -> [Double] {
        switch type {
        case .bool: bytes.map { $0 == 0 ? 0 : 1 }
        case .uint8: bytes.map { Double($0) }
        case .int8: bytes.map { Double(Int8(bitPattern: $0)) }
        case .uint16: elements(UInt16.self).map { Double($0) }
        case .int16: elements(Int16.self).map { Double($0) }
        case .uint32: elements(UInt32.self).map { Double($0) }
        case .int32: elements(Int32.self).map { Double($0) }
        case .uint64: elements(UInt64.self).map { Double($0) }
        case .int64: elements(Int64.self).map { Double($0) }
        case .float16: elements(UInt16.self).map { Double(Float16(bitPattern: $0)) }
        case .float32: elements(UInt32.self).map { Double(Float(bitPattern: $0)) }
        case .float64: elements(UInt64.self).map { Double(bitPattern: $0) }
        }
    }

    private func elements<Element: FixedWidthInteger>(_: Element.Type) -> [Element] {
        bytes.withUnsafeBytes { buffer in
            (0..<buffer.count / MemoryLayout<Element>.size).map { index in
                let offset = index * MemoryLayout<Element>.size
                return Element(
                    littleEndian: buffer.loadUnaligned(fromByteOffset: offset, as: Element.self)
                )
            }
        }
    }

    /// The bytes that a shape needs; nil if a dimension is negative or the product too large.
    static func byteCount(_ type: NumpyType, _ shape: [Int]) -> Int? {
        var product = type.width
        for dimension in shape {
            guard dimension >= 0 else { return nil }
            let (next, overflow) = product.multipliedReportingOverflow(by: dimension)
            guard !overflow else { return nil }
            product = next
        }
        return product
    }
}
