import Diagnostics
import Foundation
import Recording
import Results
import Runtime

/// Classes of failures: latency, policy or physics.
///
/// Some are looked into as `simrun why` does it, by re-runs with one thing changed. Of the others a
/// sweep itself knows those that its cell of no latency cures: the same seed succeeds there.
struct FailureKinds {
    /// Less than `simrun why` tries: a page looks at several.
    private static let effort = FailureDiagnosis.Effort(overruns: 4, draws: 4)

    private var notes: [String] = []

    /// Classes up to `limit` failures by re-runs, and all that their twins decide.
    static func add(to data: inout ReportData, limit: Int) throws {
        var kinds = FailureKinds()
        var looked = 0
        for (cell, failure) in ReportData.fairOrder(data, isWanted: isOpen).prefix(limit) {
            guard !Interrupt.isRequested else { break }
            Console.errorText("looking into failure \(looked + 1) of at most \(limit)")
            looked += 1
            let kind = kinds.diagnose(data.cells[cell].failures[failure], of: data.cells[cell])
            data.cells[cell].failures[failure].kind = kind
        }
        kinds.compareTwins(&data)
        data.notes += kinds.notes
    }

    private static func isOpen(_ failure: ReportData.Failure, _ cell: ReportData.Cell) -> Bool {
        guard !failure.isBroken, failure.kind == nil else { return false }
        return failure.recording != nil || (cell.run.isReproducible && !cell.arguments.isEmpty)
    }

    // MARK: - Re-runs

    private mutating func diagnose(
        _ failure: ReportData.Failure,
        of cell: ReportData.Cell
    ) -> String? {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "simrun-why-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        do {
            let file =
                try failure.recording
                ?? Self.record(seed: UInt64(failure.seed), of: cell, in: folder.path)
            guard let file else { return nil }
            var diagnosis = try FailureDiagnosis(RecordedEpisode(path: file), effort: Self.effort)
            try diagnosis.run()
            return diagnosis.kind == .none || diagnosis.kind == .unknown
                ? nil : diagnosis.kind.rawValue
        } catch {
            let note = "A failure of \(cell.run.task) could not be looked into: \(error)"
            if !notes.contains(note) { notes.append(note) }
            return nil
        }
    }

    /// Runs an episode again with a recording.
    private static func record(
        seed: UInt64,
        of cell: ReportData.Cell,
        in folder: String
    ) throws -> String? {
        var plan = try RunPlan(sweepArguments: cell.arguments + ["--seed=\(seed)"])
        plan.options.record = folder
        plan.options.recordImages = false
        var rest = [seed]
        var file: String?
        try EpisodeRunner(plan: plan).work(
            SeedLine(
                next: { rest.popLast() },
                deliver: { episode, _ in file = episode.recording?.file }
            )
        )
        return file
    }

    // MARK: - Twins

    /// A failure under latency whose twin without any succeeded is of latency.
    private func compareTwins(_ data: inout ReportData) {
        struct Twin: Hashable {
            var group: ReportData.Group
            var execute: String
        }
        var saved: [Twin: Set<Int>] = [:]
        for cell in data.cells where cell.run.latencyMs == 0 && cell.run.isReproducible {
            let failed = Set(cell.failures.map(\.seed))
            saved[Twin(group: cell.group, execute: cell.run.execute)] =
                Set(cell.seeds.seeds).subtracting(failed).intersection(cell.doneSeeds)
        }
        for index in data.cells.indices where data.cells[index].run.latencyMs != 0 {
            let cell = data.cells[index]
            let twin = Twin(group: cell.group, execute: cell.run.execute)
            guard cell.run.isReproducible, let seeds = saved[twin] else { continue }
            for (number, failure) in cell.failures.enumerated()
            where failure.kind == nil && !failure.isBroken && seeds.contains(failure.seed) {
                data.cells[index].failures[number].kind =
                    FailureDiagnosis.Kind.latency.rawValue
            }
        }
    }
}

extension ReportData {
    /// Failures for which `isWanted` holds, as places of cell and failure: the first of each cell,
    /// then the second, and so on.
    static func fairOrder(
        _ data: ReportData,
        isWanted: (Failure, Cell) -> Bool
    ) -> [(cell: Int, failure: Int)] {
        var places: [(turn: Int, cell: Int, failure: Int)] = []
        for (number, cell) in data.cells.enumerated() {
            let open = cell.failures.indices.filter { isWanted(cell.failures[$0], cell) }
            for (turn, index) in open.enumerated() { places.append((turn, number, index)) }
        }
        return places.sorted { ($0.turn, $0.cell) < ($1.turn, $1.cell) }
            .map { (cell: $0.cell, failure: $0.failure) }
    }
}
