import Diagnostics
import Results
import Runtime

extension ReportData {
    /// Reads the results of a sweep.
    init(sweep store: SweepStore, source: String) throws {
        let title = try store.title()
        self.init(title: title?.name ?? "sweep", source: source, cells: [], hosts: [])
        hosts = try store.hosts().sorted { $0.key < $1.key }.map(\.value)
        cells = try store.cells().map { try Self.cell($0, in: store) }
        if let jobs = hosts.map(\.jobs).max(), jobs > 1 {
            notes.append(
                "Stage times were measured while up to \(jobs) episodes shared the machine;"
                    + " outcomes do not depend on that, latencies do."
            )
        }
        if Set(hosts.map(\.programSHA256)).count > 1 {
            notes.append("Several builds of simrun ran these episodes.")
        }
    }

    private static func cell(
        _ stored: SweepStore.StoredCell,
        in store: SweepStore
    ) throws -> Cell {
        var cell = Cell(
            run: stored.cell.run,
            hashes: stored.cell.hashes,
            arguments: stored.cell.arguments,
            seeds: stored.cell.seeds
        )
        var failed: Timeline?
        var missing = Set(stored.cell.seeds.seeds)
        var succeeded: Timeline?
        try store.episodes(ofCell: stored.id) { row in
            let episode = row.episode
            cell.tally.add(episode)
            missing.remove(episode.seed)
            if let stages = episode.timing?.stages { cell.stages.add(stages) }
            if let failure = Failure(episode) { cell.failures.append(failure) }
            let isWanted = episode.isSuccess ? succeeded == nil : failed == nil
            guard isWanted else { return }
            let ticks = try store.ticks(ofEpisode: row.id)
            guard !ticks.isEmpty else { return }
            let timeline = Timeline(
                seed: episode.seed,
                isSuccess: episode.isSuccess,
                ticks: ticks
            )
            if episode.isSuccess { succeeded = timeline } else { failed = timeline }
        }
        cell.missing = missing
        cell.timelines = [failed, succeeded].compactMap(\.self)
        return cell
    }
}

extension ReportData.Failure {
    /// Nil for a success.
    init?(_ episode: SweepEpisode) {
        switch episode.outcome {
        case .broken(let reason):
            self.init(seed: episode.seed, cause: reason, isBroken: true)
        case .finished(let result):
            guard !result.success else { return nil }
            self.init(
                seed: episode.seed,
                cause: result.cause ?? result.endReason,
                elapsed: result.elapsedS,
                stateHash: result.stateHash
            )
        }
    }
}
