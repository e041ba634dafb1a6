public import Diagnostics

/// A strict JSON parser (RFC 8259) for files from outside.
///
/// Unlike Foundation's, it refuses a key given twice and remembers lines. Nesting is bounded.
public struct JSONParser {
    private let bytes: [UInt8]
    private let file: String
    private var position = 0
    private var line = 1
    private static let deepest = 32

    private init(bytes: [UInt8], file: String) {
        self.bytes = bytes
        self.file = file
    }

    /// Parses a whole document; white space may surround it.
    ///
    /// - Parameters:
    ///   - bytes: UTF-8 text.
    ///   - file: The file's name, for errors.
    /// - Throws: `InputError` with the line of the first mistake.
    public static func parse(_ bytes: [UInt8], file: String) throws(InputError) -> JSONNode {
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw InputError(file: file, expected: "UTF-8 text", found: "other bytes")
        }
        var parser = JSONParser(bytes: bytes, file: file)
        let node = try parser.node(depth: 0)
        parser.skipSpace()
        guard parser.peek == nil else { throw parser.unexpected("the end of the document") }
        return node
    }

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D {
            if byte == 0x0A { line += 1 }
            position += 1
        }
    }

    private func unexpected(_ expected: String) -> InputError {
        let found =
            peek.map { byte in
                byte >= 0x20 && byte < 0x7F
                    ? "\"\(Character(Unicode.Scalar(byte)))\"" : "byte \(byte)"
            } ?? "the end of the text"
        return InputError(file: file, line: line, expected: expected, found: found)
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard let byte = peek, UInt32(byte) == character.value else { return false }
        position += 1
        return true
    }

    private mutating func node(depth: Int) throws(InputError) -> JSONNode {
        guard depth <= Self.deepest else {
            throw InputError(
                file: file,
                line: line,
                expected: "at most \(Self.deepest) levels of nesting",
                found: "more"
            )
        }
        skipSpace()
        let start = line
        return JSONNode(line: start, value: try value(depth: depth))
    }

    private mutating func value(depth: Int) throws(InputError) -> JSONValue {
        switch peek.map({ Character(Unicode.Scalar($0)) }) {
        case "{": try object(depth: depth)
        case "[": try array(depth: depth)
        case "\"": .string(try string())
        case "t": try word("true", .bool(true))
        case "f": try word("false", .bool(false))
        case "n": try word("null", .null)
        default: .number(try number())
        }
    }

    private mutating func word(
        _ text: StaticString,
        _ value: JSONValue
    ) throws(InputError) -> JSONValue {
        for byte in "\(text)".utf8 {
            guard peek == byte else { throw unexpected("\(text)") }
            position += 1
        }
        return value
    }

    private mutating func object(depth: Int) throws(InputError) -> JSONValue {
        _ = take("{")
        var members: [JSONMember] = []
        var keys: Set<String> = []
        skipSpace()
        if take("}") { return .object(members) }
        repeat {
            skipSpace()
            guard peek == 0x22 else { throw unexpected("a key in quotes") }
            let key = try string()
            guard keys.insert(key).inserted else {
                throw InputError(
                    file: file,
                    line: line,
                    key: key,
                    expected: "the key once",
                    found: "it twice"
                )
            }
            skipSpace()
            guard take(":") else { throw unexpected("\":\"") }
            members.append(JSONMember(key: key, node: try node(depth: depth + 1)))
            skipSpace()
        } while take(",")
        guard take("}") else { throw unexpected("\",\" or \"}\"") }
        return .object(members)
    }

    private mutating func array(depth: Int) throws(InputError) -> JSONValue {
        _ = take("[")
        var items: [JSONNode] = []
        skipSpace()
        if take("]") { return .array(items) }
        repeat {
            items.append(try node(depth: depth + 1))
            skipSpace()
        } while take(",")
        guard take("]") else { throw unexpected("\",\" or \"]\"") }
        return .array(items)
    }

    private mutating func string() throws(InputError) -> String {
        _ = take("\"")
        var text: [UInt8] = []
        while let byte = peek, byte != 0x22 {
            guard byte >= 0x20 else { throw unexpected("no control character in a string") }
            position += 1
            if byte == 0x5C {
                text.append(contentsOf: Array(String(try escape()).utf8))
            } else {
                text.append(byte)
            }
        }
        guard take("\"") else { throw unexpected("a closing quote") }
        return String(decoding: text, as: UTF8.self)
    }

    private mutating func escape() throws(InputError) -> Unicode.Scalar {
        guard let byte = peek else { throw unexpected("an escape") }
        position += 1
        switch Character(Unicode.Scalar(byte)) {
        case "\"": return "\""
        case "\\": return "\\"
        case "/": return "/"
        case "b": return "\u{8}"
        case "f": return "\u{C}"
        case "n": return "\n"
        case "r": return "\r"
        case "t": return "\t"
        case "u": return try unicodeEscape()
        default:
            position -= 1
            throw unexpected("a known escape")
        }
    }

    private mutating func unicodeEscape() throws(InputError) -> Unicode.Scalar {
        let first = try codeUnit()
        if let scalar = Unicode.Scalar(first) { return scalar }
        // A high surrogate must be followed by a low one.
        guard first < 0xDC00, take("\\"), take("u") else { throw unexpected("a surrogate pair") }
        let second = try codeUnit()
        guard second >= 0xDC00, second < 0xE000,
            let scalar = Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))
        else { throw unexpected("a low surrogate") }
        return scalar
    }

    private mutating func codeUnit() throws(InputError) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = peek,
                let digit = Character(Unicode.Scalar(byte)).hexDigitValue
            else { throw unexpected("four hexadecimal digits") }
            unit = unit << 4 | UInt32(digit)
            position += 1
        }
        return unit
    }

    private mutating func number() throws(InputError) -> String {
        let start = position
        _ = take("-")
        if !take("0") { try digits() }
        if take(".") { try digits() }
        if take("e") || take("E") {
            if !take("-") { _ = take("+") }
            try digits()
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func digits() throws(InputError) {
        guard let first = peek, first >= 0x30, first <= 0x39 else {
            throw unexpected("a JSON value")
        }
        while let byte = peek, byte >= 0x30, byte <= 0x39 { position += 1 }
    }
}
