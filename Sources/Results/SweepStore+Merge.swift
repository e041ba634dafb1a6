import Diagnostics
internal import GRDB

extension SweepStore {
    /// What a merge came to.
    public struct Merge: Equatable, Sendable {
        /// Episodes that were new.
        public var added = 0
        /// Episodes that were here already, with the same result.
        public var known = 0

        /// Nothing.
        public init() {}
    }

    /// Takes over the episodes of another file of the same sweep, in one transaction.
    ///
    /// Merging twice changes nothing. An episode that both have must have the same result.
    ///
    /// - Throws: `InputError` for an episode of a cell that is not planned here, or for two results
    ///   of one reproducible episode.
    public func merge(_ other: SweepStore) throws -> Merge {
        try transaction {
            let own = Dictionary(
                uniqueKeysWithValues: try cells().map { ($0.cell.identity, $0.id) }
            )
            let hosts = try other.hosts().mapValues { try id(of: $0) }
            var merge = Merge()
            for cell in try other.cells() {
                let target = own[cell.cell.identity]
                try other.episodes(ofCell: cell.id) { stored in
                    guard let target, let host = hosts[stored.host] else {
                        throw InputError(
                            file: other.path,
                            expected: "episodes of the cells in \(path)",
                            found: "seed \(stored.episode.seed) of \(cell.cell.run.words)"
                        )
                    }
                    var episode = stored.episode
                    episode.timing?.ticks = try other.ticks(ofEpisode: stored.id)
                    if try add(episode, cell: target, host: host) {
                        merge.added += 1
                    } else {
                        try requireSame(episode, as: cell.cell, target: target, in: other.path)
                        merge.known += 1
                    }
                }
            }
            return merge
        }
    }

    private func requireSame(
        _ episode: SweepEpisode,
        as cell: SweepCell,
        target: Int,
        in file: String
    ) throws {
        guard cell.run.isReproducible, let result = episode.finished else { return }
        let known = try storage.first(
            "SELECT state_hash FROM episodes WHERE cell_id = ? AND seed = ?",
            [target, episode.seed]
        ) { try $0.optionalText(0) }
        guard let known = known ?? nil, known != result.stateHash else { return }
        throw InputError(
            file: file,
            key: "state_hash",
            expected: "\(known) for seed \(episode.seed) of \(cell.run.words), as in \(path)",
            found: result.stateHash
        )
    }
}
