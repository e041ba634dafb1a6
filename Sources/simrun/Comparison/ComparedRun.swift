import Diagnostics
import Foundation

/// What a comparison reads of the JSON of `simrun task --json`.
struct ComparedRun: Codable {
    struct Episode: Codable {
        var seed: UInt64
        var success: Bool
    }

    struct Summary: Codable {
        var p50: Double
        var p99: Double
    }

    var argv: [String]
    var task: String
    var policy: String
    var hashes: TaskReport.Hashes
    var clock: String
    var latency: String
    var execute: String
    var episodes: [Episode]
    /// 99th percentiles in microseconds, by row, one for each of `episodes`; older files have none.
    var episodeP99Us: [String: [Double]]?
    var latencyUs: [String: Summary]
    var chargeUs: Summary
    var host: TaskReport.Host
    var version: String

    enum CodingKeys: String, CodingKey {
        case argv, task, policy, hashes, clock, latency, execute, episodes, host, version
        case episodeP99Us = "episode_p99_us"
        case latencyUs = "latency_us"
        case chargeUs = "charge_us"
    }

    var successes: Int { episodes.count(where: \.success) }
}

extension ComparedRun {
    /// The most bytes that a report may have: a million episodes and some air.
    private static let largest = 512 << 20

    /// Reads a file that `simrun task --json` has written.
    ///
    /// - Throws: ``InputError`` for a file that is missing, too large or something else.
    init(path: String) throws(InputError) {
        let size = (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int
        guard let size, size <= Self.largest,
            let data = FileManager.default.contents(atPath: path)
        else {
            throw InputError(
                file: path,
                expected: "the JSON of simrun task --json, at most \(Self.largest >> 20) MiB",
                found: size.map { "\($0) bytes" } ?? "no file"
            )
        }
        do {
            self = try JSONDecoder().decode(Self.self, from: data)
        } catch {
            throw InputError(
                file: path,
                expected: "the JSON of simrun task --json",
                found: JSONText.reason(error)
            )
        }
        try check(path)
    }

    /// The same of a run that has just ended.
    init(_ report: TaskReport) throws {
        let data = Data(try report.text().utf8)
        self = try JSONDecoder().decode(Self.self, from: data)
    }

    private func check(_ path: String) throws(InputError) {
        guard !episodes.isEmpty, Set(episodes.map(\.seed)).count == episodes.count else {
            throw InputError(
                file: path,
                key: "episodes",
                expected: "at least one, each seed once",
                found: "\(episodes.count) episodes"
            )
        }
        for (row, values) in episodeP99Us ?? [:] where values.count != episodes.count {
            throw InputError(
                file: path,
                key: "episode_p99_us.\(row)",
                expected: "\(episodes.count) numbers, one for each episode",
                found: "\(values.count)"
            )
        }
    }
}
