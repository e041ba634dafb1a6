import Diagnostics
import Foundation
import Results

/// Runs what a sweep's results lack, on a pool of worker processes.
struct SweepRun {
    let plan: SweepPlan
    let store: SweepStore
    /// Rows of the plan's cells.
    let ids: [Int]
    let jobs: Int
    /// After so many seconds an episode counts as hung.
    let timeout: Double
    /// The share of an array's task; nil for everything.
    var shard: SweepShard?
    /// Seeds that other results hold already, by the plan's cell.
    var elsewhere: [Int: Set<Int>] = [:]

    /// Held for as long as the results are written.
    let lock: SweepLock

    init(
        plan: SweepPlan,
        store: SweepStore,
        jobs: Int,
        timeout: Double,
        shard: SweepShard? = nil,
        elsewhere: [Int: Set<Int>] = [:],
        lock: SweepLock
    ) throws {
        self.plan = plan
        self.store = store
        self.jobs = jobs
        self.timeout = timeout
        self.shard = shard
        self.elsewhere = elsewhere
        self.lock = lock
        ids = try store.plan(plan.cells)
    }

    /// What is to be run, in the order of tables.
    func pending() throws -> (asked: Int, requests: [SweepRequest]) {
        let done = try store.doneSeeds()
        var index = 0
        var asked = 0
        var requests: [SweepRequest] = []
        for (number, cell) in plan.cells.enumerated() {
            let identity = cell.identity
            let known = done[ids[number]] ?? []
            for (order, seed) in cell.seeds.seeds.enumerated() {
                defer { index += 1 }
                guard shard?.holds(index) ?? true,
                    elsewhere[number]?.contains(seed) != true
                else { continue }
                asked += 1
                guard !known.contains(seed) else { continue }
                requests.append(
                    SweepRequest(
                        cell: number,
                        identity: identity,
                        arguments: cell.arguments,
                        options: cell.run.options,
                        seed: seed,
                        keepsTicks: order < plan.file.keepsTicks
                    )
                )
            }
        }
        return (asked, requests)
    }

    /// Runs it all.
    ///
    /// - Parameters:
    ///   - isQuiet: Whether to say nothing meanwhile.
    ///   - progressed: Called after each transaction with how many episodes are there.
    /// - Returns: Whether it came to the end; not when the user interrupted.
    func run(isQuiet: Bool, progressed: (_ done: Int, _ of: Int) throws -> Void) throws -> Bool {
        let (asked, requests) = try pending()
        let known = asked - requests.count
        guard !requests.isEmpty else {
            try progressed(known, asked)
            return true
        }
        let workers = min(jobs, requests.count)
        var forecast = SweepForecast(pending: requests, cells: plan.cells, jobs: workers)
        if !isQuiet { announce(asked: asked, known: known) }
        var progress = SweepProgress(total: asked, known: known, isQuiet: isQuiet)
        defer { progress.clear() }
        let host = try store.id(of: .current(jobs: jobs))
        var count = known
        try WorkerPool(requests: forecast.order, timeout: timeout).run(jobs: workers) { done in
            if !done.isEmpty {
                try store.transaction {
                    for item in done {
                        try store.add(item.episode, cell: ids[item.job.request.cell], host: host)
                    }
                }
                count += done.count
                try progressed(count, asked)
            }
            for item in done {
                guard let line = forecast.note(item), !isQuiet else { continue }
                progress.clear()
                Console.errorText(line)
            }
            progress.show(count)
        }
        return count == asked
    }

    private func announce(asked: Int, known: Int) {
        let cells = plan.cells.count == 1 ? "1 cell" : "\(plan.cells.count) cells"
        let head = shard.map { "shard \($0.index) of \($0.count): " } ?? ""
        Console.errorText(
            head + "\(asked) episodes in \(cells)" + (known > 0 ? ", \(known) there already" : "")
        )
    }
}

extension SweepStore.Host {
    /// This machine and program.
    static func current(jobs: Int) -> SweepStore.Host {
        let host = TaskReport.Host.current
        return SweepStore.Host(
            cpu: host.cpu,
            cores: host.cores,
            simd: host.simd,
            version: Version.current,
            programSHA256: Version.programSHA256,
            jobs: jobs
        )
    }
}
