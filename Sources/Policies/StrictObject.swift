import Diagnostics
import Inference

/// A JSON object read key by key: a missing key, a wrong type and a key left over are all errors
/// that name the key and its line.
struct StrictObject {
    private let members: [String: JSONNode]
    private let order: [String]
    private let path: String
    private let line: Int
    private let file: String
    private var taken: Set<String> = []

    /// The object in `node`; `path` is its place in the document, empty for the root.
    init(_ node: JSONNode, path: String, file: String) throws(InputError) {
        guard case .object(let members) = node.value else {
            throw InputError(
                file: file,
                line: node.line,
                key: path.isEmpty ? nil : path,
                expected: "an object",
                found: node.value.kind
            )
        }
        self.members = Dictionary(
            members.map { ($0.key, $0.node) },
            uniquingKeysWith: { first, _ in first }
        )
        order = members.map(\.key)
        self.path = path
        line = node.line
        self.file = file
    }

    private func full(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    /// An error at a key of this object.
    func error(_ key: String, expected: String, found: String) -> InputError {
        InputError(
            file: file,
            line: members[key]?.line ?? line,
            key: full(key),
            expected: expected,
            found: found
        )
    }

    /// Whether the key is there, for the few that have a default.
    func has(_ key: String) -> Bool { members[key] != nil }

    /// The value of a key.
    mutating func node(_ key: String) throws(InputError) -> JSONNode {
        guard let node = members[key] else {
            let unread = order.filter { !taken.contains($0) }
            throw InputError(
                file: file,
                line: line,
                key: full(key),
                expected: "the key \"\(key)\"",
                found: "none",
                nearest: nearestNames(to: key, among: unread, limit: 3)
            )
        }
        taken.insert(key)
        return node
    }

    mutating func object(_ key: String) throws(InputError) -> StrictObject {
        try StrictObject(try node(key), path: full(key), file: file)
    }

    mutating func objects(_ key: String) throws(InputError) -> [StrictObject] {
        let items = try array(key)
        var result: [StrictObject] = []
        for (i, item) in items.enumerated() {
            result.append(try StrictObject(item, path: "\(full(key))[\(i)]", file: file))
        }
        return result
    }

    mutating func array(_ key: String) throws(InputError) -> [JSONNode] {
        let value = try node(key).value
        guard case .array(let items) = value else {
            throw error(key, expected: "an array", found: value.kind)
        }
        return items
    }

    mutating func string(_ key: String) throws(InputError) -> String {
        let value = try node(key).value
        guard case .string(let text) = value, !text.isEmpty else {
            throw error(key, expected: "a string that is not empty", found: value.kind)
        }
        return text
    }

    /// A string out of a list; another is an error that shows the nearest.
    mutating func choice(_ key: String, of known: [String]) throws(InputError) -> String {
        let text = try string(key)
        guard known.contains(text) else {
            throw .unknown(
                key,
                name: text,
                known: known,
                file: file,
                line: members[key]?.line,
                key: full(key)
            )
        }
        return text
    }

    mutating func integer(_ key: String, in range: ClosedRange<Int>) throws(InputError) -> Int {
        let value = try node(key).value
        guard case .number(let text) = value, let number = Int(text), range.contains(number) else {
            throw error(key, expected: Self.text(range), found: value.kind)
        }
        return number
    }

    mutating func number(_ key: String) throws(InputError) -> Double {
        try number(try node(key), key: key)
    }

    mutating func flag(_ key: String) throws(InputError) -> Bool {
        let value = try node(key).value
        guard case .bool(let flag) = value else {
            throw error(key, expected: "true or false", found: value.kind)
        }
        return flag
    }

    /// An array of whole numbers within a range.
    mutating func integers(
        _ key: String,
        in range: ClosedRange<Int>,
        count: ClosedRange<Int>
    ) throws(InputError) -> [Int] {
        let items = try array(key)
        guard count.contains(items.count) else {
            throw error(key, expected: "\(Self.text(count)) numbers", found: "\(items.count)")
        }
        var result: [Int] = []
        for item in items {
            guard case .number(let text) = item.value, let number = Int(text),
                range.contains(number)
            else { throw error(key, expected: Self.text(range), found: item.value.kind) }
            result.append(number)
        }
        return result
    }

    /// An array of exactly `count` finite numbers.
    mutating func floats(_ key: String, count: Int) throws(InputError) -> [Float] {
        let items = try array(key)
        guard items.count == count else {
            throw error(key, expected: "\(count) numbers", found: "\(items.count)")
        }
        var result: [Float] = []
        for item in items { result.append(Float(try number(item, key: key))) }
        return result
    }

    /// An array of strings.
    mutating func strings(_ key: String) throws(InputError) -> [String] {
        var result: [String] = []
        for item in try array(key) {
            guard case .string(let text) = item.value else {
                throw error(key, expected: "strings", found: item.value.kind)
            }
            result.append(text)
        }
        return result
    }

    /// Refuses keys that were not read.
    func requireAllTaken() throws(InputError) {
        guard let key = order.first(where: { !taken.contains($0) }) else { return }
        throw .unknown(
            "key",
            name: key,
            known: taken.sorted(),
            file: file,
            line: members[key]?.line,
            key: full(key)
        )
    }

    private func number(_ node: JSONNode, key: String) throws(InputError) -> Double {
        guard case .number(let text) = node.value, let number = Double(text),
            Float(number).isFinite
        else { throw error(key, expected: "a finite number", found: node.value.kind) }
        return number
    }

    private static func text(_ range: ClosedRange<Int>) -> String {
        range.lowerBound == range.upperBound
            ? "\(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
    }
}
