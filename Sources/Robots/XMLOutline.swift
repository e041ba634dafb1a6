import Diagnostics

/// The tags of an XML text: whether they nest properly, how deep, and where named elements stand.
///
/// ROS's parser recurses and knows no lines. This pass bounds the depth before that parser sees
/// the text, and finds the line of an error afterwards.
struct XMLOutline {
    static let depthLimit = 32

    private var lines: [String: Int] = [:]

    /// The line of `<element … name="name" …>`, where there is one.
    func line(of element: String, named name: String) -> Int? {
        lines[element + "/" + name]
    }

    /// Scans `text`; the error carries the line.
    init(_ text: String) throws(InputError) {
        var scanner = XMLScanner(bytes: Array(text.utf8))
        var open: [String] = []
        var roots = 0
        while let tag = try scanner.nextTag() {
            switch tag.kind {
            case .closing:
                guard let last = open.popLast(), last == tag.name else {
                    throw XMLScanner.error(tag.line, "the closing tag \(quoted("/" + tag.name))")
                }
            case .opening, .empty:
                if open.isEmpty { roots += 1 }
                guard roots == 1 else { throw XMLScanner.error(tag.line, "a second root element") }
                if let name = tag.elementName { note(tag, name) }
                if tag.kind == .opening { open.append(tag.name) }
                guard open.count <= Self.depthLimit else {
                    throw InputError(
                        line: tag.line,
                        expected: "elements nested at most \(Self.depthLimit) deep",
                        found: "more"
                    )
                }
            }
        }
        guard let last = open.last else {
            guard roots == 1 else { throw XMLScanner.error(1, "no element at all") }
            return
        }
        throw XMLScanner.error(scanner.line, "no end of \(quoted("<\(last)>"))")
    }

    private mutating func note(_ tag: XMLScanner.Tag, _ name: String) {
        let key = tag.name + "/" + name
        if lines[key] == nil { lines[key] = tag.line }
    }
}

/// Finds the tags of an XML text, one after the other.
struct XMLScanner {
    struct Tag {
        enum Kind { case opening, closing, empty }
        var kind: Kind
        var name: String
        /// The value of the attribute `name`.
        var elementName: String?
        var line: Int
    }

    let bytes: [UInt8]
    private(set) var line = 1
    private var position = 0

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    static func error(_ line: Int, _ found: String) -> InputError {
        InputError(line: line, expected: "well-formed XML", found: found)
    }

    /// The next tag; comments, declarations and text are passed over.
    mutating func nextTag() throws(InputError) -> Tag? {
        while position < bytes.count {
            guard bytes[position] == UInt8(ascii: "<") else {
                advance(1)
                continue
            }
            if starts(with: "<!--") {
                try skip(4, past: "-->", "an unfinished comment")
            } else if starts(with: "<?") {
                try skip(2, past: "?>", "an unfinished declaration")
            } else if starts(with: "<!") {
                throw Self.error(line, "a document type or CDATA section, which robots do not use")
            } else {
                return try tag()
            }
        }
        return nil
    }

    private mutating func advance(_ count: Int) {
        for _ in 0..<count where position < bytes.count {
            if bytes[position] == UInt8(ascii: "\n") { line += 1 }
            position += 1
        }
    }

    private func starts(with text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard position + count <= bytes.count else { return false }
        for i in 0..<count where bytes[position + i] != text.utf8Start[i] { return false }
        return true
    }

    private mutating func skip(
        _ start: Int,
        past end: StaticString,
        _ found: String
    ) throws(InputError) {
        let first = line
        advance(start)
        while position < bytes.count, !starts(with: end) { advance(1) }
        guard position < bytes.count else { throw Self.error(first, found) }
        advance(end.utf8CodeUnitCount)
    }

    /// A tag at `<`, to its `>` outside of quotes.
    private mutating func tag() throws(InputError) -> Tag {
        let first = line
        advance(1)
        let isClosing = position < bytes.count && bytes[position] == UInt8(ascii: "/")
        if isClosing { advance(1) }
        let name = word()
        guard !name.isEmpty else { throw Self.error(first, "a tag without a name") }
        var elementName: String?
        while position < bytes.count {
            skipSpace()
            guard position < bytes.count else { break }
            if starts(with: "/>") {
                advance(2)
                guard !isClosing else { throw Self.error(first, "a closing tag that is empty") }
                return Tag(kind: .empty, name: name, elementName: elementName, line: first)
            }
            if bytes[position] == UInt8(ascii: ">") {
                advance(1)
                let kind: Tag.Kind = isClosing ? .closing : .opening
                return Tag(kind: kind, name: name, elementName: elementName, line: first)
            }
            let (attribute, value) = try attribute(first)
            if attribute == "name" { elementName = value }
        }
        throw Self.error(first, "the unfinished tag \(quoted("<" + name))")
    }

    private mutating func attribute(_ first: Int) throws(InputError) -> (String, String) {
        let name = word()
        skipSpace()
        guard !name.isEmpty, position < bytes.count, bytes[position] == UInt8(ascii: "=") else {
            throw Self.error(line, "an attribute without a value")
        }
        advance(1)
        skipSpace()
        guard position < bytes.count, "\"'".utf8.contains(bytes[position]) else {
            throw Self.error(line, "an attribute without quotes")
        }
        let quote = bytes[position]
        advance(1)
        let start = position
        while position < bytes.count, bytes[position] != quote {
            guard bytes[position] != UInt8(ascii: "<") else {
                throw Self.error(line, "\"<\" inside an attribute")
            }
            advance(1)
        }
        guard position < bytes.count else { throw Self.error(first, "an unfinished attribute") }
        let value = String(decoding: bytes[start..<position], as: UTF8.self)
        advance(1)
        return (name, value)
    }

    private mutating func word() -> String {
        let start = position
        while position < bytes.count, !" \t\r\n=/<>\"'".utf8.contains(bytes[position]) {
            position += 1
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func skipSpace() {
        while position < bytes.count, " \t\r\n".utf8.contains(bytes[position]) { advance(1) }
    }
}
