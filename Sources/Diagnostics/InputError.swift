/// Bad input from outside: a file, an argument, a packet.
///
/// The program reports it and exits with 2.
///
/// The sentence names the place (file, line, key), what was expected and what was found, and the
/// nearest known names where a name was not known.
public struct InputError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The file, as the user would type it.
    public var file: String?
    /// The line in the file, counted from 1.
    public var line: Int?
    /// The key, tensor, field or option.
    public var key: String?
    /// What would have been right.
    public var expected: String
    /// What was there instead.
    public var found: String
    /// Known names, nearest first, when a name was not known.
    public var nearest: [String]

    /// Creates an error; leave out the parts of the place that do not apply.
    public init(
        file: String? = nil,
        line: Int? = nil,
        key: String? = nil,
        expected: String,
        found: String,
        nearest: [String] = []
    ) {
        self.file = file
        self.line = line
        self.key = key
        self.expected = expected
        self.found = found
        self.nearest = nearest
    }

    /// An unknown name among `known`, with the nearest of them.
    public static func unknown(
        _ kind: String,
        name: String,
        known: [String],
        file: String? = nil,
        line: Int? = nil,
        key: String? = nil
    ) -> InputError {
        InputError(
            file: file,
            line: line,
            key: key,
            expected: "a known \(kind)",
            found: "\"\(name)\"",
            nearest: nearestNames(to: name, among: known)
        )
    }

    /// One sentence, `file:line: key: expected …, found …; nearest known names: …`.
    public var description: String {
        var place = file ?? ""
        if let line { place += place.isEmpty ? "line \(line)" : ":\(line)" }
        var text = place.isEmpty ? "" : place + ": "
        if let key { text += key + ": " }
        text += "expected \(expected), found \(found)"
        if !nearest.isEmpty {
            text += "; nearest known names: " + nearest.joined(separator: ", ")
        }
        return text
    }

    /// The same error with the file filled in where it was missing.
    public func inFile(_ path: String) -> InputError {
        var error = self
        error.file = file ?? path
        return error
    }
}
