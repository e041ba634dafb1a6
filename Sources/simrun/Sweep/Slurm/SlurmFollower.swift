import Diagnostics
import Foundation
import Robots

/// How far a shard is, beside its results: read by the one who waits for the array, who may sit on
/// another machine than the task.
struct ShardProgress: Codable {
    var done: Int
    var planned: Int

    static func file(of shard: SweepShard, in folder: SweepFolder) -> String {
        folder.shards + "/\(shard.name).json"
    }

    /// Done and planned over all shards of an array; those that have not begun are missing.
    static func total(shards: Int, in folder: SweepFolder) -> ShardProgress {
        var total = ShardProgress(done: 0, planned: 0)
        for index in 0..<shards {
            let path = file(of: SweepShard(index: index, count: shards), in: folder)
            guard let text = try? InputFile.text(atPath: path, limit: 4096),
                let shard = try? JSONDecoder().decode(Self.self, from: Data(text.utf8))
            else { continue }
            total.done += shard.done
            total.planned += shard.planned
        }
        return total
    }
}

/// Writes a shard's progress, once a second at most.
struct ShardReporter {
    let path: String
    private var last: ContinuousClock.Instant?

    init(path: String) {
        self.path = path
    }

    mutating func report(_ progress: ShardProgress) throws {
        let isEnd = progress.done == progress.planned
        if let last, !isEnd, (ContinuousClock.now - last).seconds < 1 { return }
        last = .now
        try WholeFile.write(try JSONText.of(progress) + "\n", to: path)
    }
}

/// Waits for an array, showing how far it is.
struct SlurmFollower {
    let jobs: SlurmJobs
    let folder: SweepFolder
    /// Episodes of the array's tasks together.
    let planned: Int
    let isQuiet: Bool

    /// A controller may be away for a moment.
    private static let patience = 10

    /// Returns when no task waits or runs, or when the user interrupts.
    func wait() throws {
        var progress = SweepProgress(
            total: planned,
            known: ShardProgress.total(shards: jobs.shards, in: folder).done,
            isQuiet: isQuiet
        )
        defer { progress.clear() }
        var failures = 0
        while !Interrupt.isRequested {
            do {
                guard try jobs.active() > 0 else { return }
                failures = 0
            } catch {
                failures += 1
                guard failures < Self.patience else { throw error }
            }
            for _ in 0..<10 where !Interrupt.isRequested {
                progress.show(ShardProgress.total(shards: jobs.shards, in: folder).done)
                usleep(200_000)
            }
        }
    }
}
