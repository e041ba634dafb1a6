/// A piece of a page.
///
/// Written as a literal with values in it: literals are markup, texts are data and always escaped,
/// so that no name, instruction or cause can become markup.
struct HTML: ExpressibleByStringInterpolation, Equatable {
    private(set) var text: String

    init(stringLiteral value: String) {
        text = value
    }

    init(stringInterpolation: StringInterpolation) {
        text = stringInterpolation.text
    }

    /// Markup that was escaped where it was made, such as a drawing.
    init(markup: String) {
        text = markup
    }

    /// Nothing.
    static let none: HTML = ""

    static func + (a: HTML, b: HTML) -> HTML { HTML(markup: a.text + b.text) }

    static func += (a: inout HTML, b: HTML) { a.text += b.text }

    struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity + 16 * interpolationCount)
        }

        mutating func appendLiteral(_ literal: String) { text += literal }
        mutating func appendInterpolation(_ data: String) { text += HTML.escaped(data) }
        mutating func appendInterpolation(_ number: Int) { text += "\(number)" }
        mutating func appendInterpolation(_ html: HTML) { text += html.text }
        mutating func appendInterpolation(_ list: [HTML]) {
            for html in list { text += html.text }
        }
    }

    /// Data as text: what markup reserves as entities, and no control characters, among them those
    /// that turn the direction of the text around.
    static func escaped(_ data: String) -> String {
        var result = ""
        result.reserveCapacity(data.utf8.count)
        for scalar in data.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case "\n", "\t": result.unicodeScalars.append(scalar)
            case _ where isHidden(scalar): result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// Whether a character is none that can be read, or turns the direction of those that can.
    static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069, 0xFFFE,
            0xFFFF:
            true
        default: false
        }
    }
}
