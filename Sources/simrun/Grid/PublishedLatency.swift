import Diagnostics
import Foundation
import Runtime

/// A latency that a paper published, read from the traces shipped in `assets/latency`.
struct PublishedLatency: Equatable {
    /// The policy's name, from the file's first comment.
    var name: String
    /// The mean of a plan, in milliseconds.
    var milliseconds: Double

    static var folder: String { Home.folder + "/assets/latency" }

    /// All of them, fastest first.
    static func all(in folder: String = folder) throws(InputError) -> [PublishedLatency] {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        var found: [(titles: [String], milliseconds: Double)] = []
        for file in files.sorted() where file.hasSuffix(".trace") {
            let path = folder + "/" + file
            guard case .trace(let trace) = try LatencyArgument.source("trace:" + path),
                !trace.perPlan.isEmpty
            else { continue }
            let sum = trace.perPlan.reduce(0) { $0 + $1.milliseconds }
            found.append((try titles(ofFile: path), sum / Double(trace.perPlan.count)))
        }
        let heads = found.map { $0.titles[0] }
        return found.map { entry in
            // The first words are the name; where two share them, those after the comma tell.
            let isAlone = heads.count { $0 == entry.titles[0] } == 1
            let name = entry.titles.prefix(isAlone ? 1 : 2).joined(separator: ", ")
            return PublishedLatency(name: name, milliseconds: entry.milliseconds)
        }
        .sorted { ($0.milliseconds, $0.name) < ($1.milliseconds, $1.name) }
    }

    /// The first comment, parted at its commas; the file's name where there is none.
    private static func titles(ofFile path: String) throws(InputError) -> [String] {
        let data = FileManager.default.contents(atPath: path) ?? Data()
        let line = String(decoding: data, as: UTF8.self).prefix { !$0.isNewline }
        let words = line.drop { $0 == "#" || $0 == " " }.split(separator: ",")
            .map { $0.trimmingCharacters(in: .whitespaces) }
        guard line.hasPrefix("#"), !words.isEmpty else {
            return [URL(filePath: path).deletingPathExtension().lastPathComponent]
        }
        return words
    }
}
