import Diagnostics
import Foundation
import Runtime
import Synchronization

/// Runs the episodes of many plans on one set of threads.
///
/// A thread that finds no episode left in one plan goes on to the next, so that no core waits at
/// the end of a plan.
struct EpisodePool: Sendable {
    private struct Cell: Sendable {
        var runner: EpisodeRunner
        var board: EpisodeRunner.Board
    }

    private let cells: [Cell]
    private let jobs: Int

    /// - Parameters:
    ///   - plans: Reproducible ones alone, for neighbours falsify what is measured.
    ///   - jobs: Episodes side by side.
    init(plans: [RunPlan], jobs: Int) {
        precondition(
            plans.allSatisfy(\.configuration.isReproducible),
            "only reproducible runs may share the machine"
        )
        cells = plans.map {
            Cell(runner: EpisodeRunner(plan: $0), board: EpisodeRunner.Board())
        }
        self.jobs = jobs
    }

    /// Runs all, and hands over the episodes of each plan, in seed order, when its last is done.
    ///
    /// Stops early when the user interrupts; plans that are not whole are then left out.
    ///
    /// - Parameter finished: Called on this thread with the plan's index.
    /// - Throws: ``Outcome/fault(_:lastTicks:)``, an ``InputError``, or what `finished` throws.
    func run(finished: (Int, [RunResult.Episode]) throws -> Void) throws {
        let ended = DispatchSemaphore(value: 0)
        for _ in 0..<jobs {
            let thread = Thread {
                work()
                ended.signal()
            }
            thread.stackSize = 8 << 20
            thread.start()
        }
        var progress = Progress(total: episodeCount, quiet: false)
        var open = Set(cells.indices)
        var running = jobs
        var failure: (any Error)?
        while running > 0 {
            if ended.wait(timeout: .now() + .milliseconds(100)) == .success { running -= 1 }
            progress.show(cells.reduce(0) { $0 + $1.board.done.load(ordering: .relaxed) })
            do {
                try harvest(&open, into: finished)
            } catch {
                failure = failure ?? error
                for cell in cells { cell.board.stopped.store(true, ordering: .relaxed) }
            }
        }
        progress.clear()
        if let failure { throw failure }
    }

    private var episodeCount: Int { cells.reduce(0) { $0 + $1.runner.plan.options.episodes } }

    private func work() {
        for cell in cells {
            guard !Interrupt.isRequested, !cell.board.stopped.load(ordering: .relaxed) else {
                return
            }
            let taken = cell.board.next.load(ordering: .relaxed)
            if taken < cell.runner.plan.options.episodes { cell.runner.work(cell.board) }
        }
    }

    /// A fault with the plan it happened in.
    private static func placed(_ failure: any Error, in plan: RunPlan) -> any Error {
        guard case Outcome.fault(let what, let lastTicks) = failure else { return failure }
        let place = "\(plan.configuration.execution) at \(plan.latencyName)"
        return Outcome.fault("\(what), \(place)", lastTicks: lastTicks)
    }

    /// Hands over what has become whole; throws the first failure of a plan.
    private func harvest(
        _ open: inout Set<Int>,
        into finished: (Int, [RunResult.Episode]) throws -> Void
    ) throws {
        for index in open.sorted() {
            let cell = cells[index]
            let whole = try cell.board.results.withLock { results in
                if let failure = results.failure {
                    throw Self.placed(failure, in: cell.runner.plan)
                }
                return results.episodes.count == cell.runner.plan.options.episodes
                    ? results.episodes.sorted { $0.key < $1.key }.map(\.value) : nil
            }
            guard let whole else { continue }
            open.remove(index)
            try finished(index, whole)
        }
    }
}
