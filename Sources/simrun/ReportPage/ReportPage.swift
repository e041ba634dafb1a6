import Foundation
import Runtime

/// The page of `simrun report`: one file that needs nothing besides itself.
struct ReportPage {
    /// The most cells that tables and commands show; more are a matter for queries.
    static let maximumCells = 1000
    /// The most groups that get charts of their own.
    static let maximumGroups = 24

    let data: ReportData

    /// One part of the page, with its heading.
    struct Section {
        var id: String
        var title: String
        var body: HTML
    }

    /// The whole file.
    var html: String {
        let sections = [
            SuccessSection(data: data).section,
            FailureSection(data: data).section,
            CurveSection(data: data).section,
            LatencySection(data: data).section,
            TimelineSection(data: data).section,
            CandidateSection(data: data).section,
            CommandSection(data: data).section,
            OriginSection(data: data).section,
        ].compactMap(\.self)
        let page: HTML = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="\(Self.policy)">
            <meta name="color-scheme" content="light dark">
            <meta name="generator" content="simrun \(Version.current)">
            <title>\(data.title) – simrun report</title>
            <link rel="icon" href="data:,">
            <style>
            \(HTML(markup: ReportStyle.css))
            </style>
            </head>
            <body>
            <a class="skip" href="#main">Skip to the results</a>
            <header>
            <h1>\(data.title)</h1>
            <p class="lead">\(lead)</p>
            \(data.notes.map { "<p class=\"note\">\($0)</p>" as HTML })
            <nav aria-label="Contents"><ul>
            \(sections.map { "<li><a href=\"#\($0.id)\">\($0.title)</a></li>" as HTML })
            </ul></nav>
            </header>
            <main id="main" tabindex="-1">
            \(sections.map(Self.element))
            </main>
            <footer><p>Written by simrun \(Version.current) from <code>\(data.source)</code>. \
            This page loads nothing.</p></footer>
            <p id="said" class="unseen" role="status"></p>
            <script>\(HTML(markup: ReportScript.text))</script>
            </body>
            </html>

            """
        return page.text
    }

    private static func element(_ section: Section) -> HTML {
        """
        <section id="\(section.id)" aria-labelledby="\(section.id)-h">
        <h2 id="\(section.id)-h">\(section.title)</h2>
        \(section.body)
        </section>

        """
    }

    private var lead: String {
        let rate = data.episodes > 0 ? Double(data.successes) / Double(data.episodes) : 0
        let interval = WilsonInterval(successes: data.successes, trials: data.episodes)
        let missing = data.planned - data.episodes
        return "\(data.successes) of \(data.episodes) episodes succeeded: \(rate.text(3)),"
            + " Wilson’s 95 % interval \(interval.lower.text(3)) to \(interval.upper.text(3)),"
            + " in \(data.cells.count) cell\(data.cells.count == 1 ? "" : "s")."
            + (missing > 0 ? " \(missing) planned episodes are missing." : "")
    }

    /// Nothing but what is in the file: no network, no script but the page's own.
    private static var policy: String {
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; media-src data:;"
            + " base-uri 'none'; form-action 'none'; script-src 'sha256-\(ReportScript.digest)'"
    }
}

/// Tables that scroll by themselves on a narrow screen, with captions and scopes.
enum ReportTable {
    /// - Parameters:
    ///   - id: Names the caption; once in a page.
    ///   - heads: Columns; those of numbers stand right.
    ///   - rows: A row's cells; the first is its head.
    static func element(
        id: String,
        caption: String,
        heads: [(name: String, isNumber: Bool)],
        rows: [[HTML]]
    ) -> HTML {
        let columns: [HTML] = heads.map { head in
            "<th scope=\"col\"\(head.isNumber ? number : .none)>\(head.name)</th>"
        }
        let lines: [HTML] = rows.map { row in
            let cells: [HTML] = row.enumerated().map { index, cell in
                let kind = heads[index].isNumber ? number : HTML.none
                return index == 0
                    ? "<th scope=\"row\"\(kind)>\(cell)</th>" : "<td\(kind)>\(cell)</td>"
            }
            return "<tr>\(cells)</tr>\n"
        }
        return """
            <div class="scroll" role="region" aria-labelledby="\(id)" tabindex="0"><table>
            <caption id="\(id)">\(caption)</caption>
            <thead><tr>\(columns)</tr></thead>
            <tbody>
            \(lines)</tbody></table></div>

            """
    }

    private static let number: HTML = " class=\"n\""
}
