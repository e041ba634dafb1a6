import Results

/// The exact commands, to be copied: one a cell.
struct CommandSection {
    let data: ReportData

    var section: ReportPage.Section? {
        let cells = data.cells.prefix(ReportPage.maximumCells).filter { !$0.arguments.isEmpty }
        guard !cells.isEmpty else { return nil }
        let items: [HTML] = cells.enumerated().map { number, cell in
            let commands = Self.commands(cell)
            let blocks: [HTML] = commands.enumerated().map {
                Self.element($0.element, id: "c\(number)-\($0.offset)")
            }
            return """
                <details><summary>\(cell.run.words)</summary>
                \(blocks)</details>

                """
        }
        return ReportPage.Section(
            id: "commands",
            title: "Commands",
            body: """
                <p class="note">Each cell again, from the folder in which the results were made. \
                On a reproducible clock they give the same episodes to the last bit.</p>
                \(items)
                """
        )
    }

    /// One command for each run of seeds without a gap.
    static func commands(_ cell: ReportData.Cell) -> [String] {
        cell.seeds.text.split(separator: ",").prefix(10).compactMap { range in
            let ends = range.split(separator: "-").compactMap { Int($0) }
            guard let first = ends.first, let last = ends.last else { return nil }
            return command(cell, seed: first, episodes: last - first + 1)
        }
    }

    /// The command of some episodes of a cell.
    static func command(_ cell: ReportData.Cell, seed: Int, episodes: Int) -> String {
        let task = cell.arguments.prefix(1)
        let flags = cell.arguments.dropFirst() + ["--seed", "\(seed)", "--episodes", "\(episodes)"]
        // A name that looks like a flag must come last, behind what ends the flags.
        let isFlag = task.first?.hasPrefix("-") ?? false
        let words = ["simrun", "task"] + (isFlag ? flags + ["--"] + task : task + flags)
        return words.map(CommandText.quoted).joined(separator: " ")
    }

    /// A command with a button that copies it, which the page's script brings to life.
    static func element(_ command: String, id: String) -> HTML {
        """
        <pre tabindex="0"><code id="\(id)">\(command)</code></pre>\
        <button type="button" class="copy" data-of="\(id)" hidden>Copy</button>

        """
    }
}
