public import Diagnostics
public import Spatial
internal import Yams

/// One value of a strictly read YAML file; each reader states the type it expects.
///
/// Readers throw ``InputError`` with file, line and key when the value is of another type, out of
/// range, or lacks its unit.
public struct YAMLValue {
    /// Where the value stands.
    public let place: YAMLPlace
    private let node: Node

    init(node: Node, place: YAMLPlace) {
        self.node = node
        self.place = place
    }

    /// A mapping.
    public func mapping() throws(InputError) -> YAMLMapping {
        guard case .mapping(let mapping) = node else { throw mismatch("a mapping") }
        return try YAMLMapping(mapping, place: place)
    }

    /// A list of at most `limit` values.
    public func list(limit: Int = 1000) throws(InputError) -> [YAMLValue] {
        guard case .sequence(let sequence) = node else { throw mismatch("a list") }
        guard sequence.count <= limit else {
            throw place.error(expected: "at most \(limit) entries", found: "\(sequence.count)")
        }
        return sequence.enumerated().map { index, element in
            YAMLValue(
                node: element,
                place: YAMLPlace(
                    file: place.file,
                    line: element.mark?.line ?? place.line,
                    key: (place.key ?? "") + "[\(index)]"
                )
            )
        }
    }

    /// A text; a bare number, `true`, `false` or nothing is none.
    public func string() throws(InputError) -> String {
        let expected = "text"
        guard case .scalar(let scalar) = node else { throw mismatch(expected) }
        if scalar.style == .plain {
            let isWord = !["", "~", "null", "true", "false"].contains(scalar.string)
            guard isWord, Double(scalar.string) == nil else { throw mismatch(expected) }
        }
        return scalar.string
    }

    /// A number without a unit, within `range`.
    public func number(
        in range: ClosedRange<Double> = -1e12...1e12
    ) throws(InputError) -> Double {
        let text = try plain("a number")
        guard let value = finiteNumber(text) else { throw mismatch("a number") }
        return try checked(value, range, unit: "")
    }

    /// A whole number within `range`.
    public func integer(in range: ClosedRange<Int>) throws(InputError) -> Int {
        let expected = "a whole number from \(range.lowerBound) to \(range.upperBound)"
        guard let value = Int(try plain(expected)), range.contains(value) else {
            throw mismatch(expected)
        }
        return value
    }

    /// `true` or `false`.
    public func bool() throws(InputError) -> Bool {
        switch try plain("true or false") {
        case "true": true
        case "false": false
        default: throw mismatch("true or false")
        }
    }

    /// A quantity with its unit, such as `40 ms`, in SI and within `range`.
    public func quantity(
        _ dimension: Dimension,
        in range: ClosedRange<Double> = -1e12...1e12
    ) throws(InputError) -> Double {
        let value = try quantities(dimension, count: 1)[0]
        return try checked(value, range, unit: " " + dimension.units[0].symbol)
    }

    /// `count` numbers and one unit, such as `0 0 0.1 m`, in SI.
    public func quantities(_ dimension: Dimension, count: Int) throws(InputError) -> [Double] {
        let text = try scalarText(dimension.phrase)
        do {
            return try Quantity.parse(text, as: dimension, count: count)
        } catch {
            throw place.error(
                expected: error.expected,
                found: error.found,
                nearest: error.nearest
            )
        }
    }

    /// A range such as `0.1 to 0.3 m`, in SI.
    public func range(_ dimension: Dimension) throws(InputError) -> ClosedRange<Double> {
        let text = try scalarText("a range such as 0.1 to 0.3 \(dimension.units[0].symbol)")
        do {
            return try Quantity.parseRange(text, as: dimension)
        } catch {
            throw place.error(
                expected: error.expected,
                found: error.found,
                nearest: error.nearest
            )
        }
    }

    /// Three numbers and one unit, such as `0 0 0.1 m`, in SI.
    public func vector3(_ dimension: Dimension) throws(InputError) -> Vector3 {
        let values = try quantities(dimension, count: 3)
        return Vector3(values[0], values[1], values[2])
    }

    /// Three numbers without a unit, such as `0 0 1`, each in `range`.
    public func vector3(in range: ClosedRange<Double>) throws(InputError) -> Vector3 {
        let expected = "three numbers such as 0 0 1"
        let words = try scalarText(expected).split(separator: " ")
        let values = words.compactMap { finiteNumber($0) }
        guard words.count == 3, values.count == 3 else { throw mismatch(expected) }
        for value in values { _ = try checked(value, range, unit: "") }
        return Vector3(values[0], values[1], values[2])
    }

    /// One of the cases of a string enumeration, by its raw value.
    public func choice<Choice>(of type: Choice.Type) throws(InputError) -> Choice
    where Choice: RawRepresentable & CaseIterable, Choice.RawValue == String {
        let known = type.allCases.map(\.rawValue)
        let expected = "one of " + known.joined(separator: ", ")
        let text = try scalarText(expected)
        guard let choice = Choice(rawValue: text) else {
            throw place.error(
                expected: expected,
                found: quoted(text),
                nearest: nearestNames(to: text, among: known)
            )
        }
        return choice
    }

    /// An error at this value's place, with what stands there as what was found.
    public func mismatch(_ expected: String) -> InputError {
        place.error(expected: expected, found: found)
    }

    private var found: String {
        switch node {
        case .mapping: "a mapping"
        case .sequence: "a list"
        case .scalar(let scalar) where scalar.string.isEmpty: "nothing"
        case .scalar(let scalar) where scalar.style == .plain: String(scalar.string.prefix(60))
        case .scalar(let scalar): quoted(scalar.string)
        case .alias: "a YAML alias"
        }
    }

    private func plain(_ expected: String) throws(InputError) -> String {
        guard case .scalar(let scalar) = node, scalar.style == .plain else {
            throw mismatch(expected)
        }
        return scalar.string
    }

    private func scalarText(_ expected: String) throws(InputError) -> String {
        guard case .scalar(let scalar) = node else { throw mismatch(expected) }
        return scalar.string
    }

    private func checked(
        _ value: Double,
        _ range: ClosedRange<Double>,
        unit: String
    ) throws(InputError) -> Double {
        guard range.contains(value) else {
            throw mismatch("a value from \(range.lowerBound) to \(range.upperBound)\(unit)")
        }
        return value
    }
}

extension YAMLMapping {
    /// A text under a key that must be there.
    public func string(_ key: String) throws(InputError) -> String {
        try required(key).string()
    }

    /// A number without a unit under a key that must be there.
    public func number(
        _ key: String,
        in range: ClosedRange<Double> = -1e12...1e12
    ) throws(InputError) -> Double {
        try required(key).number(in: range)
    }

    /// A quantity in SI under a key that must be there.
    public func quantity(
        _ key: String,
        _ dimension: Dimension,
        in range: ClosedRange<Double> = -1e12...1e12
    ) throws(InputError) -> Double {
        try required(key).quantity(dimension, in: range)
    }

    /// A vector in SI under a key that must be there.
    public func vector3(_ key: String, _ dimension: Dimension) throws(InputError) -> Vector3 {
        try required(key).vector3(dimension)
    }

    /// A range in SI under a key that must be there.
    public func range(
        _ key: String,
        _ dimension: Dimension
    ) throws(InputError) -> ClosedRange<Double> {
        try required(key).range(dimension)
    }

    /// One of an enumeration's cases under a key that must be there.
    public func choice<Choice>(_ key: String, of type: Choice.Type) throws(InputError) -> Choice
    where Choice: RawRepresentable & CaseIterable, Choice.RawValue == String {
        try required(key).choice(of: type)
    }

    /// A mapping under a key that must be there.
    public func mapping(_ key: String) throws(InputError) -> YAMLMapping {
        try required(key).mapping()
    }

    /// A list under a key that must be there.
    public func list(_ key: String, limit: Int = 1000) throws(InputError) -> [YAMLValue] {
        try required(key).list(limit: limit)
    }
}
