import Foundation
import Results

/// The failures: their classes, then each with pictures where there are some.
struct FailureSection {
    /// The most failures shown one by one.
    static let maximumShown = 100
    /// So many without pictures, where there are fewer with.
    private static let standardShown = 8
    /// The most seeds listed in a cell.
    private static let maximumSeeds = 200

    let data: ReportData

    private struct Item {
        var cell: ReportData.Cell
        var failure: ReportData.Failure
    }

    var section: ReportPage.Section? {
        guard !data.cells.isEmpty else { return nil }
        let count = data.cells.reduce(0) { $0 + $1.failures.count }
        guard count > 0 else {
            return ReportPage.Section(
                id: "failures",
                title: "Failures",
                body: "<p>Every episode succeeded.</p>"
            )
        }
        let shown = shownItems
        return ReportPage.Section(
            id: "failures",
            title: "Failures (\(count))",
            body: """
                \(kinds)\(causes)
                <h3>Seen one by one</h3>
                <p class="note">\(note(count: count, shown: shown.count))</p>
                <div class="failures">
                \(shown.enumerated().map { element($0.element, number: $0.offset) })
                </div>
                \(seeds)
                """
        )
    }

    private func note(count: Int, shown: Int) -> String {
        "\(shown) of \(count), those with pictures first, then the first of each cell."
            + " Pictures are of the same episode run again, whose final state was checked to be the same,"
            + " or of its recording."
    }

    /// Those with pictures, then the first of each cell, then the second, and so on.
    private var shownItems: [Item] {
        var ranked: [(hasPictures: Bool, turn: Int, cell: Int, item: Item)] = []
        for (number, cell) in data.cells.enumerated() {
            for (turn, failure) in cell.failures.prefix(Self.maximumShown).enumerated() {
                ranked.append(
                    (failure.pictures.bytes > 0, turn, number, Item(cell: cell, failure: failure))
                )
            }
        }
        let count = max(Self.standardShown, ranked.count(where: \.hasPictures))
        return ranked.sorted { a, b in
            (a.hasPictures ? 0 : 1, a.turn, a.cell) < (b.hasPictures ? 0 : 1, b.turn, b.cell)
        }
        .prefix(min(count, Self.maximumShown)).map(\.item)
    }

    // MARK: - Classes

    /// Latency, policy or physics, where `simrun why` has looked.
    private var kinds: HTML {
        let known = data.cells.flatMap(\.failures).compactMap(\.kind)
        guard !known.isEmpty else { return .none }
        return table(
            of: known,
            id: "kinds-c",
            head: "class",
            caption:
                "Of the failures looked into: latency, if the same episode succeeds without delay or with a"
                + " usual one; policy, if acting otherwise saves it; else physics."
        )
    }

    private var causes: HTML {
        table(
            of: data.cells.flatMap(\.failures).map(\.cause),
            id: "causes-c",
            head: "how it ended",
            caption: "How the episodes failed, in the words of their tasks."
        )
    }

    private func table(of names: [String], id: String, head: String, caption: String) -> HTML {
        var counts: [String: Int] = [:]
        for name in names { counts[name, default: 0] += 1 }
        let rows: [[HTML]] = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .prefix(50).map { name, count in
                ["\(name)", "\(count)", "\((100 * Double(count) / Double(names.count)).text(0)) %"]
            }
        return ReportTable.element(
            id: id,
            caption: caption,
            heads: [(head, false), ("episodes", true), ("share", true)],
            rows: rows
        )
    }

    // MARK: - One failure

    private func element(_ item: Item, number: Int) -> HTML {
        let failure = item.failure
        let kind = failure.kind.map { " – class: \($0)" } ?? ""
        let ending = failure.elapsed.map { " after \($0.text(2)) s" } ?? ""
        let command = CommandSection.command(item.cell, seed: failure.seed, episodes: 1)
        return """
            <figure>
            <figcaption><strong>\(failure.cause)</strong>\(ending)\(kind), seed \(failure.seed)<br>\
            \(item.cell.run.words)</figcaption>
            \(pictures(failure, of: item.cell))\
            \(CommandSection.element(command, id: "f\(number)"))
            </figure>

            """
    }

    private func pictures(_ failure: ReportData.Failure, of cell: ReportData.Cell) -> HTML {
        switch failure.pictures {
        case .none: return .none
        case .video(let data):
            let label = "Film of \(cell.run.task), seed \(failure.seed): \(failure.cause)"
            return """
                <video controls preload="metadata" aria-label="\(label)" \
                src="data:video/mp4;base64,\(data.base64EncodedString())"></video>

                """
        case .strip(let frames):
            let items: [HTML] = frames.enumerated().map { index, frame in
                let words =
                    "\(cell.run.task), seed \(failure.seed), \(frame.seconds.text(2)) s,"
                    + " picture \(index + 1) of \(frames.count); the episode ended: \(failure.cause)"
                return """
                    <li><img alt="\(words)" width="\(FrameStrips.width)" \
                    height="\(FrameStrips.height)" \
                    src="data:image/jpeg;base64,\(frame.jpeg.base64EncodedString())">\
                    \(frame.seconds.text(2)) s</li>
                    """
            }
            return "<ul class=\"strip\">\(items)</ul>\n"
        }
    }

    // MARK: - Seeds

    private var seeds: HTML {
        let items: [HTML] = data.cells.prefix(ReportPage.maximumCells)
            .filter { !$0.failures.isEmpty }.map { cell in
                let seeds = cell.failures.prefix(Self.maximumSeeds).map { "\($0.seed)" }
                let rest = cell.failures.count - seeds.count
                return """
                    <li>\(cell.run.words): \(seeds.joined(separator: ", "))\
                    \(rest > 0 ? " and \(rest) more" : "")</li>

                    """
            }
        return "<details><summary>Seeds of all failures</summary><ul>\(items)</ul></details>\n"
    }
}
