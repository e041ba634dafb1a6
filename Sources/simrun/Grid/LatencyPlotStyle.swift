/// Colours and fonts of a latency plot, for light and dark pages.
enum LatencyPlotStyle {
    /// Lines that look different; more take the same colours again.
    ///
    /// Okabe and Ito's palette, told apart by colour-blind readers; lighter on dark paper.
    private static let colours: [(light: String, dark: String)] = [
        ("#0072b2", "#56b4e9"), ("#d55e00", "#ff8a3d"), ("#009e73", "#35d0a5"),
        ("#b8569a", "#e79fcb"), ("#8a6d00", "#f0d34a"), ("#4d4d4d", "#c8c8c8"),
    ]

    static let count = colours.count
    static var lightColours: [String] { colours.map(\.light) }
    static var darkColours: [String] { colours.map(\.dark) }

    static var css: String {
        """
        text { font: 12px "Helvetica Neue", Arial, "DejaVu Sans", sans-serif; fill: #222; }
        .title { font-size: 15px; font-weight: 600; }
        .note, .mark-name { font-size: 11px; fill: #555; }
        .paper { fill: #fff; }
        .grid { stroke: #ddd; stroke-width: 1; }
        .axis { stroke: #555; stroke-width: 1; }
        .mark { stroke: #888; stroke-width: 1; stroke-dasharray: 3 3; }
        .leader { stroke: #888; stroke-width: 0.75; }
        \(rules(lightColours, paper: "#fff"))
        .line { fill: none; stroke-width: 2; stroke-linejoin: round; }
        .bar { stroke-width: 1.25; opacity: 0.75; }
        .dot { stroke-width: 1; }
        @media (prefers-color-scheme: dark) {
        text { fill: #e6e6e6; }
        .note, .mark-name { fill: #aaa; }
        .paper { fill: #16181c; }
        .grid { stroke: #33373d; }
        .axis { stroke: #aaa; }
        .mark, .leader { stroke: #777; }
        \(rules(darkColours, paper: "#16181c"))
        }
        """
    }

    private static func rules(_ colours: [String], paper: String) -> String {
        colours.enumerated().map { index, colour in
            ".s\(index) { stroke: \(colour); } .dot.s\(index) { fill: \(colour);"
                + " stroke: \(paper); }"
        }
        .joined(separator: "\n")
    }
}
