public import Diagnostics

/// A physical dimension, with the units in which a file may write it.
///
/// A quantity in a file is text: numbers, then one unit, such as `40 ms` or `0 0 0.1 m`. A number
/// without a unit is refused. Values are handed over in the first, coherent SI unit.
public enum Dimension: Sendable, CaseIterable {
    /// Time, in seconds.
    case time
    /// Frequency, in hertz.
    case frequency
    /// Length, in metres.
    case length
    /// Angle, in radians.
    case angle
    /// Linear velocity, in metres per second.
    case velocity
    /// Angular velocity, in radians per second.
    case angularVelocity
    /// Linear acceleration, in metres per second squared.
    case acceleration
    /// Angular acceleration, in radians per second squared.
    case angularAcceleration
    /// Mass, in kilograms.
    case mass
    /// Force, in newtons.
    case force
    /// Torque, in newton metres.
    case torque
    /// Viscous damping of a sliding joint, in newtons per metre per second.
    case damping
    /// Viscous damping of a turning joint, in newton metres per radian per second.
    case angularDamping
    /// Stiffness of a spring along a line, in newtons per metre.
    case stiffness
    /// Stiffness of a spring about an axis, in newton metres per radian.
    case angularStiffness

    /// The units accepted, each with its size in the coherent SI unit; that one comes first.
    public var units: [(symbol: String, factor: Double)] {
        let degree = Double.pi / 180
        return switch self {
        case .time: [("s", 1), ("ms", 1e-3), ("us", 1e-6)]
        case .frequency: [("Hz", 1), ("kHz", 1e3)]
        case .length: [("m", 1), ("cm", 1e-2), ("mm", 1e-3)]
        case .angle: [("rad", 1), ("deg", degree)]
        case .velocity: [("m/s", 1), ("cm/s", 1e-2), ("mm/s", 1e-3)]
        case .angularVelocity: [("rad/s", 1), ("deg/s", degree)]
        case .acceleration: [("m/s^2", 1)]
        case .angularAcceleration: [("rad/s^2", 1), ("deg/s^2", degree)]
        case .mass: [("kg", 1), ("g", 1e-3)]
        case .force: [("N", 1)]
        case .torque: [("N m", 1)]
        case .damping: [("N s/m", 1)]
        case .angularDamping: [("N m s/rad", 1)]
        case .stiffness: [("N/m", 1)]
        case .angularStiffness: [("N m/rad", 1)]
        }
    }

    /// A phrase for messages: name and an example, `a time such as 40 ms`.
    var phrase: String {
        switch self {
        case .time: "a time such as 40 ms"
        case .frequency: "a frequency such as 60 Hz"
        case .length: "a length such as 0.08 m"
        case .angle: "an angle such as 1.57 rad"
        case .velocity: "a velocity such as 0.2 m/s"
        case .angularVelocity: "an angular velocity such as 2.175 rad/s"
        case .acceleration: "an acceleration such as 5 m/s^2"
        case .angularAcceleration: "an angular acceleration such as 15 rad/s^2"
        case .mass: "a mass such as 64 g"
        case .force: "a force such as 20 N"
        case .torque: "a torque such as 87 N m"
        case .damping: "a damping such as 5 N s/m"
        case .angularDamping: "a damping such as 0.1 N m s/rad"
        case .stiffness: "a stiffness such as 200 N/m"
        case .angularStiffness: "a stiffness such as 2 N m/rad"
        }
    }
}

/// Numbers with a unit, as people write them in robot and task files.
public enum Quantity {
    /// Parses `count` numbers followed by one unit, such as `0 0 0.1 m`.
    ///
    /// - Parameters:
    ///   - text: The text, numbers and unit separated by spaces.
    ///   - dimension: The dimension expected.
    ///   - count: How many numbers must stand before the unit.
    /// - Returns: The values in the dimension's coherent SI unit; all finite.
    /// - Throws: ``InputError`` without a place, for a missing unit, a wrong unit or a wrong count.
    public static func parse(
        _ text: String,
        as dimension: Dimension,
        count: Int = 1
    ) throws(InputError) -> [Double] {
        let expected =
            count == 1 ? dimension.phrase : "\(count) numbers and a unit, \(dimension.phrase)"
        let words = text.split(whereSeparator: { $0 == " " || $0 == "\t" })
        let numbers = words.prefix { finiteNumber($0) != nil }.compactMap { finiteNumber($0) }
        let unit = words.dropFirst(numbers.count).joined(separator: " ")
        guard numbers.count == count else {
            throw InputError(expected: expected, found: String(text.prefix(60)))
        }
        guard let factor = dimension.units.first(where: { $0.symbol == unit })?.factor else {
            guard unit.isEmpty else {
                throw InputError(
                    expected: expected,
                    found: "\(String(text.prefix(60))), in the unit \(quoted(unit))",
                    nearest: dimension.units.map(\.symbol)
                )
            }
            throw InputError(expected: expected, found: String(text.prefix(60)))
        }
        return numbers.map { $0 * factor }
    }

    /// Parses a closed range such as `0.1 to 0.3 m`, in the dimension's coherent SI unit.
    ///
    /// - Throws: ``InputError`` without a place, also when the upper bound is below the lower.
    public static func parseRange(
        _ text: String,
        as dimension: Dimension
    ) throws(InputError) -> ClosedRange<Double> {
        let words = text.split(whereSeparator: { $0 == " " || $0 == "\t" })
        let expected = "a range such as 0.1 to 0.3 \(dimension.units[0].symbol)"
        guard words.count >= 4, words[1] == "to" else {
            throw InputError(expected: expected, found: String(text.prefix(60)))
        }
        let joined = ([words[0]] + words.dropFirst(2)).joined(separator: " ")
        let bounds = try parse(joined, as: dimension, count: 2)
        guard bounds[0] <= bounds[1] else {
            throw InputError(
                expected: "a lower bound that is not above the upper",
                found: String(text.prefix(60))
            )
        }
        return bounds[0]...bounds[1]
    }
}

/// A finite decimal number; hexadecimal, `nan` and `inf` are none.
func finiteNumber(_ text: some StringProtocol) -> Double? {
    let allowed = text.utf8.allSatisfy { byte in
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "+-.eE".utf8.contains(byte)
    }
    guard allowed, text.utf8.count <= 40, let value = Double(String(text)), value.isFinite else {
        return nil
    }
    return value
}
