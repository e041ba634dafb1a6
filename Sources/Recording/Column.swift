internal import CHDF5
public import Diagnostics

/// The number types of recorded columns.
public enum ElementType: String, CaseIterable, Sendable {
    /// IEEE numbers of 32 bits.
    case float32
    /// IEEE numbers of 64 bits.
    case float64
    /// Bytes: images, flags.
    case uint8
    /// Signed whole numbers: times in nanoseconds.
    case int64
    /// Whole numbers without sign.
    case uint64

    /// The size of one number in bytes.
    public var size: Int {
        switch self {
        case .uint8: 1
        case .float32: 4
        case .float64, .int64, .uint64: 8
        }
    }

    /// The library's type in memory; also the file's, as the machine has it.
    var identifier: hid_t {
        switch self {
        case .float32: ch5_float32()
        case .float64: ch5_float64()
        case .uint8: ch5_uint8()
        case .int64: ch5_int64()
        case .uint64: ch5_uint64()
        }
    }
}

/// A Swift number that columns hold.
public protocol ColumnElement: BitwiseCopyable, Sendable {
    /// Its type in the file.
    static var elementType: ElementType { get }
    /// Any value, to fill memory with.
    static var blank: Self { get }
}

extension Float: ColumnElement {
    /// 32-bit numbers.
    public static var elementType: ElementType { .float32 }
    /// Zero.
    public static var blank: Float { 0 }
}
extension Double: ColumnElement {
    /// 64-bit numbers.
    public static var elementType: ElementType { .float64 }
    /// Zero.
    public static var blank: Double { 0 }
}
extension UInt8: ColumnElement {
    /// Bytes.
    public static var elementType: ElementType { .uint8 }
    /// Zero.
    public static var blank: UInt8 { 0 }
}
extension Int64: ColumnElement {
    /// Signed whole numbers.
    public static var elementType: ElementType { .int64 }
    /// Zero.
    public static var blank: Int64 { 0 }
}
extension UInt64: ColumnElement {
    /// Whole numbers without sign.
    public static var elementType: ElementType { .uint64 }
    /// Zero.
    public static var blank: UInt64 { 0 }
}

/// One dataset of an episode, filled step by step.
public struct Column: Sendable {
    /// Where the dataset lies in the demonstration's group, such as `obs/point_cloud`.
    public let path: String
    /// The shape of one step; empty for a single number.
    public let shape: [Int]
    /// The type of the numbers.
    public let type: ElementType
    /// All steps so far, row-major, in the machine's byte order.
    public private(set) var bytes: [UInt8] = []

    /// Numbers in one step.
    public let width: Int
    /// The number of whole steps so far.
    public var stepCount: Int { bytes.count / (width * type.size) }

    /// Creates an empty column.
    ///
    /// - Parameters:
    ///   - path: Names of letters, digits, `_`, `-` and `.`, joined by `/`; at most four.
    ///   - shape: The shape of one step: at most 4 extents, at most 2²⁶ numbers in all.
    ///   - type: The type of the numbers.
    /// - Throws: ``InputError`` for another path or shape.
    public init(path: String, shape: [Int] = [], type: ElementType) throws(InputError) {
        try Self.check(path: path)
        var width = 1
        for extent in shape {
            guard shape.count <= 4, extent >= 1, extent <= 1 << 26, width * extent <= 1 << 26
            else {
                throw InputError(
                    key: path,
                    expected: "at most 4 positive extents, at most 2^26 numbers a step",
                    found: "\(shape)"
                )
            }
            width *= extent
        }
        self.path = path
        self.shape = shape
        self.type = type
        self.width = width
    }

    /// Makes room for `steps` more steps, so that appending them does not allocate.
    public mutating func reserve(steps: Int) {
        bytes.reserveCapacity(bytes.count + steps * width * type.size)
    }

    /// Forgets all steps and keeps the room.
    public mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
    }

    /// Adds one step of ``width`` numbers of the column's type.
    public mutating func append<Element: ColumnElement>(_ step: UnsafeBufferPointer<Element>) {
        precondition(Element.elementType == type, "the step is not of the column's type")
        precondition(step.count == width, "the step is not of the column's width")
        bytes.append(contentsOf: UnsafeRawBufferPointer(step))
    }

    /// Adds one step of ``width`` numbers of the column's type.
    public mutating func append<Element: ColumnElement>(_ step: [Element]) {
        step.withUnsafeBufferPointer { append($0) }
    }

    /// Adds one step of a single number of the column's type.
    public mutating func append<Element: ColumnElement>(_ number: Element) {
        withUnsafePointer(to: number) { append(UnsafeBufferPointer(start: $0, count: 1)) }
    }

    /// Whether steps are pictures, which are worth compressing.
    var isImage: Bool { type == .uint8 && shape.count >= 2 }

    /// Refuses paths that could leave the demonstration's group or clash with the library's own.
    static func check(path: String) throws(InputError) {
        let names = path.split(separator: "/", omittingEmptySubsequences: false)
        let isGood = names.allSatisfy { name in
            !name.isEmpty && name.utf8.count <= 128 && name != "." && name != ".."
                && name.utf8.allSatisfy { byte in
                    switch byte {
                    case UInt8(ascii: "a")...UInt8(ascii: "z"),
                        UInt8(ascii: "A")...UInt8(ascii: "Z"),
                        UInt8(ascii: "0")...UInt8(ascii: "9"),
                        UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
                        true
                    default: false
                    }
                }
        }
        guard isGood, names.count <= 4 else {
            throw InputError(
                key: "column",
                expected: "at most four names of letters, digits, _, - and ., joined by /",
                found: "\"\(path.prefix(200))\""
            )
        }
    }
}
