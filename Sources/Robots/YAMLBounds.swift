import Diagnostics

/// What is checked of a YAML text before a parser sees it: everything that grows without bound.
///
/// Anchors and aliases are refused, so no small file stands for a large one, and nesting is
/// bounded, so no parser's recursion runs out of stack. The checks err on the strict side: they
/// know nothing of quotes, and pass over comments only while no quote could hide one.
struct YAMLBounds {
    static let lineLength = 4000
    static let flowDepth = 32
    static let indentation = 100

    private var number = 0
    private var depth = 0
    /// Whether a quote has been seen, so that a `#` may be text.
    private var hasQuotes = false

    /// Checks every line of `text`; the error carries the line.
    static func check(_ text: String) throws(InputError) {
        var bounds = YAMLBounds()
        let newline = UInt8(ascii: "\n")
        for line in text.utf8.split(separator: newline, omittingEmptySubsequences: false) {
            bounds.number += 1
            guard line.count <= lineLength else {
                throw bounds.error("at most \(lineLength) bytes in a line", "\(line.count)")
            }
            try bounds.checkBreaks(line)
            try bounds.checkIndentation(line)
            try bounds.checkTokens(line)
        }
    }

    private func error(_ expected: String, _ found: String) -> InputError {
        InputError(line: number, expected: expected, found: found)
    }

    /// Refuses the other characters that YAML takes for the end of a line.
    private func checkBreaks(_ line: Substring.UTF8View) throws(InputError) {
        let carriageReturn = UInt8(ascii: "\r")
        let body = line.last == carriageReturn ? line.dropLast() : line
        var last: (UInt8, UInt8) = (0, 0)
        for byte in body {
            let isBreak =
                byte == carriageReturn
                || (last.1 == 0xC2 && byte == 0x85)
                || (last == (0xE2, 0x80) && (byte == 0xA8 || byte == 0xA9))
            guard !isBreak else { throw error("lines ended by a newline", "another line break") }
            last = (last.1, byte)
        }
    }

    /// Block nesting takes at least one column a level, made of these characters alone.
    private func checkIndentation(_ line: Substring.UTF8View) throws(InputError) {
        let indicators = Array(" \t-?:".utf8)
        let columns = line.prefix { indicators.contains($0) }.count
        guard columns <= Self.indentation else {
            throw error("at most \(Self.indentation) columns of indentation", "\(columns)")
        }
    }

    /// Bounds the depth of `[` and `{` and refuses `&anchor` and `*alias`.
    private mutating func checkTokens(_ line: Substring.UTF8View) throws(InputError) {
        var previous = UInt8(ascii: " ")
        var mark: UInt8?
        for byte in line {
            if let mark, byte > UInt8(ascii: " ") {
                let isAlias = mark == UInt8(ascii: "*")
                throw error("every value written out", isAlias ? "a YAML alias" : "a YAML anchor")
            }
            mark = nil
            switch byte {
            case UInt8(ascii: "#") where previous == UInt8(ascii: " ") && !hasQuotes: return
            case UInt8(ascii: "'"), UInt8(ascii: "\""): hasQuotes = true
            case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"): depth = max(0, depth - 1)
            case UInt8(ascii: "*"), UInt8(ascii: "&"):
                if " \t[{,:-?".utf8.contains(previous) { mark = byte }
            default: break
            }
            guard depth <= Self.flowDepth else {
                throw error("brackets nested at most \(Self.flowDepth) deep", "more")
            }
            previous = byte
        }
    }
}
