import Diagnostics

/// What is checked of a YAML text before a parser sees it: everything that grows without bound.
///
/// Anchors and aliases are refused, so no small file stands for a large one, and nesting is
/// bounded, so no parser's recursion runs out of stack. The checks err on the strict side: they
/// know nothing of quotes.
enum YAMLBounds {
    static let lineLength = 4000
    static let flowDepth = 32
    static let indentation = 100

    /// Checks every line of `text`; the error carries the line.
    static func check(_ text: String) throws(InputError) {
        var depth = 0
        var number = 0
        for line in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        {
            number += 1
            guard line.count <= lineLength else {
                throw InputError(
                    line: number,
                    expected: "at most \(lineLength) bytes in a line",
                    found: "\(line.count)"
                )
            }
            try checkIndentation(line, number)
            depth = try checkTokens(line, number, depth: depth)
        }
    }

    /// Block nesting takes at least one column a level, made of these characters alone.
    private static func checkIndentation(
        _ line: Substring.UTF8View,
        _ number: Int
    ) throws(InputError) {
        let indicators = Array(" \t-?:".utf8)
        let columns = line.prefix { indicators.contains($0) }.count
        guard columns <= indentation else {
            throw InputError(
                line: number,
                expected: "at most \(indentation) columns of indentation",
                found: "\(columns)"
            )
        }
    }

    /// Bounds the depth of `[` and `{` and refuses `&anchor` and `*alias`; returns the new depth.
    private static func checkTokens(
        _ line: Substring.UTF8View,
        _ number: Int,
        depth start: Int
    ) throws(InputError) -> Int {
        var depth = start
        var previous = UInt8(ascii: " ")
        var waiting: UInt8?
        for byte in line {
            if let mark = waiting, byte > UInt8(ascii: " ") {
                throw InputError(
                    line: number,
                    expected: "every value written out",
                    found: mark == UInt8(ascii: "*") ? "a YAML alias" : "a YAML anchor"
                )
            }
            waiting = nil
            switch byte {
            case UInt8(ascii: "#") where previous == UInt8(ascii: " "): return depth
            case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"): depth = max(0, depth - 1)
            case UInt8(ascii: "*"), UInt8(ascii: "&"):
                if " \t[{,:-?\r".utf8.contains(previous) { waiting = byte }
            default: break
            }
            guard depth <= flowDepth else {
                throw InputError(
                    line: number,
                    expected: "brackets nested at most \(flowDepth) deep",
                    found: "more"
                )
            }
            previous = byte
        }
        return depth
    }
}
