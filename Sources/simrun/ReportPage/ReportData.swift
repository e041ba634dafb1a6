import Foundation
import Results
import Runtime

/// What a report shows, wherever it was read from.
struct ReportData {
    var title: String
    /// Where it was read from.
    var source: String
    var cells: [Cell]
    var hosts: [SweepStore.Host]
    /// What a reader should know before the numbers.
    var notes: [String] = []

    /// One combination of task, policy, latency and so on.
    struct Cell {
        var run: SweepCell.Run
        var hashes: SweepCell.Hashes
        /// The arguments of `simrun task`, but for seed and number of episodes; empty where unknown.
        var arguments: [String]
        var seeds: SeedRanges
        var tally = SweepTally()
        /// Episodes that were no success, by seed.
        var failures: [Failure] = []
        /// Latencies of all its episodes.
        var stages = LatencyBuckets()
        /// Episodes with every tick, by seed.
        var timelines: [Timeline] = []

        /// Seeds that ran to their end.
        var doneSeeds: Set<Int> {
            Set(seeds.seeds.filter { !missing.contains($0) })
        }

        /// Planned seeds that have no episode.
        var missing: Set<Int> = []

        /// What reports put together: everything but latency and strategy.
        var group: Group { Group(run) }
    }

    /// What the cells of a chart share.
    struct Group: Hashable {
        var task: String
        var robot: String
        var policy: String
        var clock: String
        var rateHz: Double
        var targetSpeed: Double?
        var instruction: String?
        var options: String

        init(_ run: SweepCell.Run) {
            task = run.task
            robot = run.robot
            policy = run.policy
            clock = run.clock
            rateHz = run.rateHz
            targetSpeed = run.targetSpeed
            instruction = run.instruction
            options = run.options
        }

        /// In words, for headings.
        var words: String {
            var words = "\(task), \(policy) on \(robot), \(clock), \(rateHz.short) Hz"
            if let targetSpeed { words += ", target at \(targetSpeed) m/s" }
            if let instruction { words += ", told “\(instruction.prefix(60))”" }
            return options.isEmpty ? words : words + ", \(options)"
        }
    }

    /// An episode that was no success.
    struct Failure {
        var seed: Int
        /// Why, in the task's words, or why it could not be run.
        var cause: String
        /// Whether it could not be run.
        var isBroken = false
        /// What `simrun why` makes of it: latency, policy or physics; nil where nobody has asked.
        var kind: String?
        /// Episode time at its end in seconds; nil where it could not be run.
        var elapsed: Double?
        /// The hash of its final state; a re-run must give the same.
        var stateHash: String?
        /// The file of its recording.
        var recording: String?
        /// A film of it, or pictures in the order of time.
        var pictures: Pictures = .none
    }

    /// What can be seen of an episode.
    enum Pictures {
        case none
        /// JPEG files, each with the episode time it shows in seconds.
        case strip([(seconds: Double, jpeg: Data)])
        /// An MP4 file.
        case video(Data)

        var bytes: Int {
            switch self {
            case .none: 0
            case .strip(let frames): frames.reduce(0) { $0 + $1.jpeg.count }
            case .video(let data): data.count
            }
        }
    }

    /// The ticks of one episode.
    struct Timeline {
        var seed: Int
        var isSuccess: Bool
        var ticks: [SweepTick]
        /// What plans were chosen from, where the recording has it.
        var choices: [Choice] = []
    }

    /// The values of a plan's candidates.
    struct Choice {
        /// The tick that planned.
        var tick: Int
        /// Of those that had one.
        var values: [Float]
        /// Of the one that was taken; nil where it had none.
        var chosen: Float?
    }

    var episodes: Int { cells.reduce(0) { $0 + $1.tally.episodes } }
    var successes: Int { cells.reduce(0) { $0 + $1.tally.successes } }
    var planned: Int { cells.reduce(0) { $0 + $1.seeds.seeds.count } }

    /// Cells by group, both in the order of their first.
    var groups: [(group: Group, cells: [Cell])] {
        var order: [Group] = []
        var members: [Group: [Cell]] = [:]
        for cell in cells {
            if members[cell.group] == nil { order.append(cell.group) }
            members[cell.group, default: []].append(cell)
        }
        return order.map { ($0, members[$0] ?? []) }
    }
}
