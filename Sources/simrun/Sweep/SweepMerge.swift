import Diagnostics
import Results

/// Takes the results of shards over into the sweep's own.
enum SweepMerge {
    /// Merges every shard's file of a folder.
    ///
    /// - Returns: How many episodes were new.
    @discardableResult
    static func run(into store: SweepStore, from folder: SweepFolder) throws -> Int {
        var added = 0
        for file in folder.shardFiles() {
            // A task that was killed leaves a log beside its file, so it is opened for writing.
            let shard = try SweepStore(path: file, mode: .write)
            added += try store.merge(shard).added
        }
        return added
    }
}
