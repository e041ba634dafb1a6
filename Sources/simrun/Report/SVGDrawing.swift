import Foundation

/// A small writer of SVG: shapes and texts in pixels, y downwards, styled by classes.
struct SVGDrawing {
    enum Anchor: String {
        case start, middle, end
    }

    let width: Double
    let height: Double
    private var body: [String] = []

    init(width: Double, height: Double) {
        self.width = width
        self.height = height
    }

    mutating func line(
        _ from: (x: Double, y: Double),
        _ to: (x: Double, y: Double),
        class name: String
    ) {
        body.append(
            "<line class=\"\(name)\" x1=\"\(Self.number(from.x))\" y1=\"\(Self.number(from.y))\""
                + " x2=\"\(Self.number(to.x))\" y2=\"\(Self.number(to.y))\"/>"
        )
    }

    mutating func polyline(_ points: [(x: Double, y: Double)], class name: String) {
        let list = points.map { "\(Self.number($0.x)),\(Self.number($0.y))" }
        body.append("<polyline class=\"\(name)\" points=\"\(list.joined(separator: " "))\"/>")
    }

    mutating func polygon(_ points: [(x: Double, y: Double)], class name: String) {
        let list = points.map { "\(Self.number($0.x)),\(Self.number($0.y))" }
        body.append("<polygon class=\"\(name)\" points=\"\(list.joined(separator: " "))\"/>")
    }

    mutating func circle(
        _ centre: (x: Double, y: Double),
        radius: Double,
        class name: String
    ) {
        body.append(
            "<circle class=\"\(name)\" cx=\"\(Self.number(centre.x))\""
                + " cy=\"\(Self.number(centre.y))\" r=\"\(Self.number(radius))\"/>"
        )
    }

    /// An outline of many corners, each subpath closed: cheaper than a shape for each.
    mutating func area(_ outlines: [[(x: Double, y: Double)]], class name: String) {
        let data = outlines.map { corners in
            "M"
                + corners.map { "\(Self.number($0.x)) \(Self.number($0.y))" }
                .joined(separator: "L") + "Z"
        }
        body.append("<path class=\"\(name)\" d=\"\(data.joined())\"/>")
    }

    /// Writes one line of text; `degrees` turns it about its anchor, clockwise.
    mutating func text(
        _ text: String,
        at place: (x: Double, y: Double),
        class name: String,
        anchor: Anchor = .start,
        degrees: Double = 0
    ) {
        let x = Self.number(place.x)
        let y = Self.number(place.y)
        let turn = degrees == 0 ? "" : " transform=\"rotate(\(Self.number(degrees)) \(x) \(y))\""
        body.append(
            "<text class=\"\(name)\" x=\"\(x)\" y=\"\(y)\""
                + " text-anchor=\"\(anchor.rawValue)\"\(turn)>\(Self.escaped(text))</text>"
        )
    }

    /// Begins a group with a name for readers that cannot see; ``endGroup()`` ends it.
    mutating func beginGroup(label: String) {
        body.append("<g role=\"group\" aria-label=\"\(Self.escaped(label))\">")
    }

    mutating func endGroup() {
        body.append("</g>")
    }

    /// The whole file.
    ///
    /// - Parameters:
    ///   - title: What a screen reader says first.
    ///   - description: What it says then.
    ///   - style: CSS; without characters that XML reserves.
    func file(title: String, description: String, style: String) -> String {
        let size = "\(Self.number(width)) \(Self.number(height))"
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(size)" \
            width="\(Self.number(width))" height="\(Self.number(height))" role="img" \
            aria-labelledby="title description">
            <title id="title">\(Self.escaped(title))</title>
            <desc id="description">\(Self.escaped(description))</desc>
            <style>
            \(style)
            </style>
            <rect class="paper" width="100%" height="100%"/>
            \(body.joined(separator: "\n"))
            </svg>

            """
    }

    /// The drawing as an element of a page, which brings the style.
    ///
    /// - Parameters:
    ///   - id: Begins the names of title and description; once in a page.
    ///   - title: What a screen reader says first.
    ///   - description: What it says then.
    func element(id: String, title: String, description: String) -> String {
        let size = "\(Self.number(width)) \(Self.number(height))"
        return """
            <svg viewBox="0 0 \(size)" width="\(Self.number(width))" \
            height="\(Self.number(height))" role="img" aria-labelledby="\(id)-t \(id)-d">
            <title id="\(id)-t">\(Self.escaped(title))</title>
            <desc id="\(id)-d">\(Self.escaped(description))</desc>
            \(body.joined(separator: "\n"))
            </svg>
            """
    }

    /// The drawing as an element that only repeats what stands beside it: readers that cannot see
    /// pass over it.
    func ornament(class name: String) -> String {
        let size = "\(Self.number(width)) \(Self.number(height))"
        return "<svg class=\"\(name)\" viewBox=\"0 0 \(size)\" aria-hidden=\"true\""
            + " preserveAspectRatio=\"none\">\(body.joined())</svg>"
    }

    /// Text with what XML reserves written as entities, and without what it forbids.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case _ where HTML.isHidden(scalar): result += " "
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func number(_ value: Double) -> String { value.short }
}
