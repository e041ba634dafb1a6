import Diagnostics
import Foundation
import Results
import Robots
import Runtime

/// A file that `simrun task --json` wrote, as far as a report reads it.
struct TaskReportFile: Decodable {
    struct Episode: Decodable {
        var seed: Int
        var success: Bool
        var endReason: String
        var cause: String?
        var ticks: Int
        var misses: Int
        var stateHash: String
        var elapsedS: Double?

        enum CodingKeys: String, CodingKey {
            case seed, success, cause, ticks, misses
            case endReason = "end_reason"
            case stateHash = "state_hash"
            case elapsedS = "elapsed_s"
        }
    }

    var argv: [String]
    var task: String
    var robot: String
    var policy: String
    var hashes: TaskReport.Hashes
    var clock: String
    var latency: String
    var execute: String
    var rateHz: Double
    var policyRateHz: Double
    var physicsHz: Double
    var reproducible: Bool
    var episodes: [Episode]
    var host: TaskReport.Host
    var version: String
    /// Absent in files of older versions.
    var latencyBuckets: LatencyBuckets?

    enum CodingKeys: String, CodingKey {
        case argv, task, robot, policy, hashes, clock, latency, execute, reproducible, episodes
        case host, version
        case rateHz = "rate_hz"
        case policyRateHz = "policy_rate_hz"
        case physicsHz = "physics_hz"
        case latencyBuckets = "latency_buckets"
    }

    private static let largest = 64 << 20

    /// Reads a file; nil for JSON of something else.
    ///
    /// - Throws: `InputError` for a report whose numbers do not fit together.
    static func read(_ path: String) throws(InputError) -> TaskReportFile? {
        let text = try InputFile.text(atPath: path, limit: largest)
        let report = try? JSONDecoder().decode(Self.self, from: Data(text.utf8))
        guard let report else { return nil }
        let seeds = Set(report.episodes.map(\.seed))
        guard seeds.count == report.episodes.count, seeds.allSatisfy({ $0 >= 0 }),
            report.rateHz.isFinite, report.rateHz > 0,
            report.episodes.allSatisfy({ $0.ticks >= 0 && $0.misses >= 0 })
        else {
            throw InputError(
                file: path,
                key: "episodes",
                expected: "each seed once, and counts of one run",
                found: "numbers that do not fit together"
            )
        }
        return report
    }

    /// The cell of a report.
    var cell: ReportData.Cell {
        let arguments = TaskArguments.plain(argv)
        let run = SweepCell.Run(
            task: task,
            robot: robot,
            policy: policy,
            clock: clock,
            latency: latency,
            latencyMs: clock == LoopClock.charged.rawValue ? milliseconds : nil,
            execute: execute,
            rateHz: rateHz,
            policyRateHz: policyRateHz,
            physicsHz: physicsHz,
            targetSpeed: TaskArguments.value(of: "--target-speed", in: arguments)
                .flatMap(Double.init),
            instruction: TaskArguments.value(of: "--instruction", in: arguments),
            until: TaskArguments.value(of: "--until", in: arguments) ?? StopRule.success.rawValue,
            options: "",
            isReproducible: reproducible
        )
        var cell = ReportData.Cell(
            run: run,
            hashes: SweepCell.Hashes(
                task: hashes.task,
                robot: hashes.robot,
                policy: hashes.policy,
                latency: nil
            ),
            arguments: arguments,
            seeds: SeedRanges(episodes.map(\.seed))
        )
        cell.stages = latencyBuckets ?? LatencyBuckets()
        for episode in episodes.sorted(by: { $0.seed < $1.seed }) {
            cell.tally.add(
                seed: episode.seed,
                success: episode.success,
                misses: episode.misses
            )
            if !episode.success {
                cell.failures.append(
                    ReportData.Failure(
                        seed: episode.seed,
                        cause: episode.cause ?? episode.endReason,
                        elapsed: episode.elapsedS,
                        stateHash: episode.stateHash
                    )
                )
            }
        }
        return cell
    }

    private var milliseconds: Double? {
        latency == "free" ? 0 : LatencyArgument.span(latency)?.printedMilliseconds
    }
}

/// The command line of an earlier run, taken apart.
enum TaskArguments {
    /// Flags with a value that say which episodes ran and what was written of them, not how they ran.
    private static let droppedOptions: Set<String> = [
        "--episodes", "--seed", "--jobs", "--record", "--video", "--screenshot", "--save-latency",
        "--junit", "--summary", "--baseline", "--baseline-tolerance", "--min-success", "--max-p99",
        "--max-misses",
    ]
    private static let droppedFlags: Set<String> = [
        "--json", "--ci", "--view", "--record-images", "--no-record-images",
    ]

    /// The task, then what decides how an episode runs; empty for another command's line.
    static func plain(_ argv: [String]) -> [String] {
        guard argv.count > 2, ["task", "eval"].contains(argv[1]) else { return [] }
        var task: String?
        var kept: [String] = []
        var rest = argv.dropFirst(2)
        while let word = rest.popFirst() {
            if word == "--" { continue }
            guard word.hasPrefix("--") else {
                task = word
                continue
            }
            let name = String(word.prefix { $0 != "=" })
            if droppedFlags.contains(name) { continue }
            if name == "--held-out" {
                kept.append(word)
                continue
            }
            if name == "--live" {
                // Its port may be left out.
                if let next = rest.first, Int(next) != nil { rest.removeFirst() }
                continue
            }
            let value =
                word.contains("=") ? String(word.dropFirst(name.count + 1)) : rest.popFirst()
            guard let value, !droppedOptions.contains(name) else { continue }
            kept.append("\(name)=\(value)")
        }
        return task.map { [$0] + kept } ?? []
    }

    /// The value of an option in what ``plain(_:)`` gives.
    static func value(of name: String, in arguments: [String]) -> String? {
        arguments.last { $0.hasPrefix(name + "=") }.map { String($0.dropFirst(name.count + 1)) }
    }
}

extension ReportData {
    /// Reads what `simrun task` has left in a folder: JSON files, recordings, and videos beside them.
    ///
    /// - Throws: `InputError` for a folder without any.
    init(runsIn folder: String) throws(InputError) {
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
        self.init(
            title: URL(filePath: folder).lastPathComponent,
            source: folder,
            cells: [],
            hosts: []
        )
        var hosts: [SweepStore.Host] = []
        for name in names where name.hasSuffix(".json") {
            guard let report = try TaskReportFile.read(folder + "/" + name) else { continue }
            cells.append(report.cell)
            let jobs = TaskArguments.jobs(of: report.argv)
            let host = SweepStore.Host(report.host, version: report.version, jobs: jobs)
            if !hosts.contains(host) { hosts.append(host) }
        }
        self.hosts = hosts
        try addRecordings(names, from: folder)
        guard !cells.isEmpty else {
            throw InputError(
                file: folder,
                expected: "sweep.sqlite of simrun sweep, JSON of simrun task --json, or recordings",
                found: names.isEmpty ? "an empty folder" : "neither"
            )
        }
        addVideos(names, from: folder)
    }

    /// Videos of failures, as `--video` names them, for as long as they fit.
    private mutating func addVideos(_ names: [String], from folder: String) {
        let known = Set(names)
        var bytes = 0
        for cell in cells.indices {
            for index in cells[cell].failures.indices {
                let name = "\(cells[cell].run.task)-\(cells[cell].failures[index].seed).mp4"
                guard known.contains(name),
                    let data = FileManager.default.contents(atPath: folder + "/" + name),
                    bytes + data.count <= FrameStrips.budget
                else { continue }
                bytes += data.count
                cells[cell].failures[index].pictures = .video(data)
            }
        }
    }
}

extension TaskArguments {
    /// Episodes side by side in a run; 1 where it does not say.
    static func jobs(of argv: [String]) -> Int {
        for (index, word) in argv.enumerated() {
            if word.hasPrefix("--jobs=") { return Int(word.dropFirst("--jobs=".count)) ?? 1 }
            if word == "--jobs", index + 1 < argv.count { return Int(argv[index + 1]) ?? 1 }
        }
        return 1
    }
}

extension SweepStore.Host {
    /// The host of a run that did not note its program.
    init(_ host: TaskReport.Host, version: String, jobs: Int) {
        self.init(
            cpu: host.cpu,
            cores: host.cores,
            simd: host.simd,
            version: version,
            programSHA256: "not noted",
            jobs: jobs
        )
    }
}
