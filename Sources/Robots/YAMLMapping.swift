public import Diagnostics
internal import Yams

/// A strictly read YAML mapping: every key must be asked for, or ``finish()`` refuses it.
///
/// The files people write (robots, tasks) are read through this type, so that every mistake is
/// reported with file, line, key, what was expected and what was found:
///
/// ```swift
/// let root = try YAMLMapping.file(atPath: path)
/// let name = try root.string("name")
/// let delay = try root.quantity("delay", .time)
/// let scene = try root.mapping("scene")
/// try scene.finish()
/// try root.finish()
/// ```
///
/// Files are bounded in size and nesting; anchors, aliases and duplicate keys are refused.
public final class YAMLMapping {
    /// The place of this mapping.
    public let place: YAMLPlace
    /// The keys in file order.
    public let keys: [String]
    private let values: [String: YAMLValue]
    private let keyLines: [String: Int]
    private var read: Set<String> = []

    /// Reads a file whose root is a mapping.
    ///
    /// - Throws: ``InputError`` for a missing or large file, malformed YAML, or another root.
    public static func file(atPath path: String) throws(InputError) -> YAMLMapping {
        try parse(InputFile.text(atPath: path), file: path)
    }

    /// Parses a text whose root is a mapping; `file` is only named in errors.
    public static func parse(_ text: String, file: String) throws(InputError) -> YAMLMapping {
        do {
            try YAMLBounds.check(text)
        } catch {
            throw error.inFile(file)
        }
        let node = try compose(text, file: file)
        return try YAMLValue(node: node, place: YAMLPlace(file: file, line: 1, key: nil)).mapping()
    }

    /// The value of a key that must be there.
    public func required(_ key: String) throws(InputError) -> YAMLValue {
        guard let value = optional(key) else {
            throw InputError(
                file: place.file,
                line: place.line,
                key: place.path(key),
                expected: "the key \"\(key)\"",
                found: keys.isEmpty ? "no keys" : "no such key",
                nearest: nearestNames(to: key, among: keys.filter { !read.contains($0) })
            )
        }
        return value
    }

    /// The value of a key, or nil where the file does not have it.
    public func optional(_ key: String) -> YAMLValue? {
        read.insert(key)
        return values[key]
    }

    /// Refuses keys that nobody asked for; call it after the last key was read.
    ///
    /// - Throws: ``InputError`` with the first unknown key and the nearest known ones.
    public func finish() throws(InputError) {
        for key in keys where !read.contains(key) {
            throw InputError.unknown(
                "key",
                name: String(key.prefix(60)),
                known: read.sorted(),
                file: place.file,
                line: keyLines[key],
                key: place.path(key)
            )
        }
    }

    init(_ mapping: Node.Mapping, place: YAMLPlace) throws(InputError) {
        var keys: [String] = []
        var values: [String: YAMLValue] = [:]
        var lines: [String: Int] = [:]
        for (keyNode, node) in mapping {
            guard case .scalar(let scalar) = keyNode else {
                throw place.error(expected: "plain keys", found: "a collection as a key")
            }
            let key = scalar.string
            let line = keyNode.mark?.line ?? place.line
            guard values[key] == nil else {
                throw InputError(
                    file: place.file,
                    line: line,
                    key: place.path(key),
                    expected: "each key once",
                    found: "\(quoted(key)) again"
                )
            }
            keys.append(key)
            lines[key] = line
            values[key] = YAMLValue(
                node: node,
                place: YAMLPlace(
                    file: place.file,
                    line: node.mark?.line ?? line,
                    key: place.path(key)
                )
            )
        }
        self.place = place
        self.keys = keys
        self.values = values
        keyLines = lines
    }

    private static func compose(_ text: String, file: String) throws(InputError) -> Node {
        do {
            guard let node = try Parser(yaml: text).singleRoot() else {
                throw InputError(file: file, line: 1, expected: "a mapping", found: "an empty file")
            }
            return node
        } catch let error as InputError {
            throw error
        } catch let error as YamlError {
            throw inputError(error, file: file)
        } catch {
            throw InputError(file: file, expected: "a YAML document", found: "\(error)")
        }
    }

    private static func inputError(_ error: YamlError, file: String) -> InputError {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            InputError(file: file, line: mark.line, expected: "well-formed YAML", found: problem)
        case .duplicatedKeysInMapping(let duplicates, let context):
            InputError(
                file: file,
                line: context.mark.line,
                key: duplicates.first.map { String($0.prefix(60)) },
                expected: "each key once",
                found: "a key twice"
            )
        case .reader(let problem, let offset, _, _):
            InputError(
                file: file,
                expected: "well-formed YAML",
                found: problem + (offset.map { " at byte \($0)" } ?? "")
            )
        default:
            InputError(file: file, expected: "well-formed YAML", found: "a parser error")
        }
    }
}

/// Where a value stands in a file.
public struct YAMLPlace: Equatable, Sendable {
    /// The file, as the user would type it.
    public let file: String
    /// The line, counted from 1.
    public let line: Int
    /// The dotted path of keys, such as `gripper.max_opening`; nil at the root.
    public let key: String?

    /// The dotted path of a key below this place.
    func path(_ key: String) -> String {
        let short = String(key.prefix(60))
        return self.key.map { "\($0).\(short)" } ?? short
    }

    /// An error at this place.
    public func error(
        expected: String,
        found: String,
        nearest: [String] = []
    ) -> InputError {
        InputError(
            file: file,
            line: line,
            key: key,
            expected: expected,
            found: found,
            nearest: nearest
        )
    }
}
