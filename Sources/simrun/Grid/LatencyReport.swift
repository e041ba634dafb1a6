import Diagnostics
import Foundation
import Robots
import Runtime
import Tasks

/// The JSON object of `simrun latency --json`, and the file of `--out`.
struct LatencyReport: Codable {
    struct Hashes: Codable, Equatable {
        var task: String
        var robot: String
        var policy: String?
    }

    var argv: [String]
    var task: String
    var robot: String
    var policy: String
    var hashes: Hashes
    var clock = "charged"
    /// Physics timesteps a second: delays are rounded up to whole ones.
    var physicsHz: Double
    var reproducible = true
    var rows: [LatencyRow]
    var host: TaskReport.Host
    var version: String

    enum CodingKeys: String, CodingKey {
        case argv, task, robot, policy, hashes, clock, reproducible, rows, host, version
        case physicsHz = "physics_hz"
    }

    init(plan: RunPlan, rows: [LatencyRow]) {
        argv = CommandLine.arguments
        task = plan.setup.task.name
        robot = plan.setup.robot.name
        policy = plan.policyName
        hashes = Hashes(
            task: plan.setup.task.hash,
            robot: plan.robotHash,
            policy: plan.policyHash
        )
        physicsHz = plan.configuration.rate.physicsHertz
        self.rows = rows
        host = .current
        version = Version.current
    }
}

/// The file of `--out`: rows kept from run to run, so that a long grid survives a stop.
struct LatencyReportFile {
    /// The largest file that is read.
    private static let maximumBytes = 64 << 20

    let path: String
    private let plan: RunPlan
    /// Rows of this task, robot and policy, of this and of earlier grids.
    private(set) var rows: [LatencyRow] = []
    /// Rows left out because they rest on other files.
    private(set) var stale = 0

    /// Reads what is there, if anything is.
    ///
    /// - Throws: `InputError` for a file that is not a grid of this task and policy.
    init(path: String, plan: RunPlan) throws(InputError) {
        self.path = path
        self.plan = plan
        try WholeFile.check(path)
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: path) else {
            return
        }
        let bytes = attributes[.size] as? Int ?? .max
        guard bytes <= Self.maximumBytes else {
            throw InputError(
                file: path,
                expected: "at most \(Self.maximumBytes) bytes",
                found: "\(bytes)"
            )
        }
        let old = try Self.read(path)
        let new = LatencyReport(plan: plan, rows: [])
        let names = [
            ("task", old.task, new.task), ("robot", old.robot, new.robot),
            ("policy", old.policy, new.policy),
        ]
        for (key, found, expected) in names where found != expected {
            throw InputError(
                file: path,
                key: key,
                expected: "rows of \(expected), or another --out",
                found: found
            )
        }
        if old.hashes == new.hashes {
            rows = old.rows
        } else {
            stale = old.rows.count
        }
    }

    /// Adds a row and writes the file whole.
    mutating func add(_ row: LatencyRow) throws {
        rows.removeAll { $0.key == row.key }
        rows.append(row)
        try WholeFile.write(
            JSONText.of(LatencyReport(plan: plan, rows: rows)) + "\n",
            to: path
        )
    }

    private static func read(_ path: String) throws(InputError) -> LatencyReport {
        let report: LatencyReport
        do {
            report = try JSONDecoder().decode(
                LatencyReport.self,
                from: try Data(contentsOf: URL(filePath: path))
            )
        } catch {
            throw InputError(
                file: path,
                expected: "a new file, or one that simrun latency --out wrote",
                found: JSONText.reason(error)
            )
        }
        guard let row = report.rows.firstIndex(where: { !$0.isSound }) else { return report }
        throw InputError(
            file: path,
            key: "rows[\(row)]",
            expected: "counts of one run",
            found: "numbers that do not fit together"
        )
    }
}
