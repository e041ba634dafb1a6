import Foundation
import Results
import Testing

/// A sweep's file and folder, for the tests of the command.
struct SweepTesting {
    let folder: URL
    var out: String { folder.appending(path: "out").path }
    var file: String { folder.appending(path: "sweep.yaml").path }

    /// Writes a file, runs `body`, and removes everything.
    static func with<Value>(
        _ yaml: String,
        _ body: (SweepTesting) throws -> Value
    ) throws -> Value {
        let testing = SweepTesting(folder: try Simrun.temporaryFolder())
        defer { try? FileManager.default.removeItem(at: testing.folder) }
        try testing.write(yaml)
        return try body(testing)
    }

    func write(_ yaml: String) throws {
        try Data(yaml.utf8).write(to: URL(filePath: file))
    }

    /// Runs `simrun sweep FILE --out OUT` with more arguments.
    func run(_ arguments: [String] = [], out: String? = nil) throws -> Simrun {
        try Simrun.run(["sweep", file, "--out", out ?? self.out] + arguments)
    }

    /// How many episodes are kept; 0 while there are no results.
    var count: Int {
        let store = try? SweepStore(path: out + "/sweep.sqlite", mode: .read)
        return (try? store?.episodeCount()) ?? 0
    }

    /// Everything that two runs of a sweep share, as text, episode by episode.
    func rows(of out: String? = nil) throws -> [String] {
        let store = try SweepStore(path: (out ?? self.out) + "/sweep.sqlite", mode: .read)
        var rows: [String] = []
        for cell in try store.cells() {
            try store.episodes(ofCell: cell.id) { row in
                rows.append("\(cell.cell.identity) \(row.episode.seed) \(row.episode.outcome)")
            }
        }
        return rows
    }
}
