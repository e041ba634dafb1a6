import ArgumentParser
import Diagnostics
import Foundation
import Results
import Robots
import Runtime
import Tasks

/// `simrun sweep`: a grid of episodes on worker processes, kept in SQLite.
struct SweepCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sweep",
        abstract: "Run a grid of tasks, policies, seeds and latencies; resumable.",
        discussion: """
            FILE is YAML, documented in docs/sweeps.md; examples/sweeps holds some to start from. \
            Results go into DIR/sweep.sqlite, an episode a row. The same command goes on where an \
            earlier one stopped, however it stopped. The file may be extended meanwhile; what has \
            been run may not be dropped or changed.
            """
    )

    /// Where episodes run.
    enum Launcher: String, ExpressibleByArgument, CaseIterable {
        case local, slurm
    }

    @Argument(help: ArgumentHelp("The sweep's file.", valueName: "file.yaml"))
    var file: String?

    @Option(help: ArgumentHelp("Where results go; out/ and the file's name.", valueName: "dir"))
    var out: String?

    @Option(
        help: """
            Worker processes; as many as there are cores by default, 1 with measured latency, and \
            1 in each task on Slurm.
            """
    )
    var jobs: Int?

    @Option(help: "Where episodes run: local or slurm.")
    var launcher: Launcher = .local

    @Option(
        help: ArgumentHelp(
            "An episode that takes longer counts as hung.",
            valueName: "time"
        )
    )
    var episodeTimeout: String = "120s"

    @Flag(help: "Try the broken episodes of earlier runs again.")
    var retryBroken = false

    @Flag(help: "Check the file, print its cells, and run nothing.")
    var dryRun = false

    @Flag(help: "Print one JSON object on standard output and nothing else.")
    var json = false

    @OptionGroup(title: "Slurm")
    var slurm: SlurmOptions

    @OptionGroup(title: "Where to look")
    var paths: SearchPaths

    func run() throws {
        Interrupt.listen()
        do {
            if slurm.merge { return try merge() }
            let plan = try SweepPlan(file: SweepFile(path: requiredFile()), paths: paths)
            if let text = slurm.shard { return try runShard(SweepShard(text), of: plan) }
            warnOfTrainingSeeds(plan)
            if dryRun { return print(plan) }
            switch launcher {
            case .local: try runHere(plan)
            case .slurm: try runOnSlurm(plan)
            }
        } catch let fault as StorageFault {
            throw Outcome.fault(fault.description, lastTicks: [])
        }
    }

    private var folder: SweepFolder { SweepFolder(path: out, file: file) }

    private func requiredFile() throws(InputError) -> String {
        guard let file else {
            throw InputError(key: "FILE", expected: "the sweep's YAML file", found: "none")
        }
        return file
    }

    private func timeout() throws(InputError) -> Double {
        guard let span = LatencyArgument.span(episodeTimeout), span > .zero else {
            throw InputError(
                key: "--episode-timeout",
                expected: "a time over 0 such as 120s",
                found: "\"\(episodeTimeout)\""
            )
        }
        return span.seconds
    }

    /// How many workers run side by side.
    private func workers(for plan: SweepPlan, standard: Int) throws(InputError) -> Int {
        let standard = plan.isReproducible ? standard : 1
        let count = jobs ?? standard
        guard (1...256).contains(count) else {
            throw InputError(key: "--jobs", expected: "1 to 256", found: "\(count)")
        }
        guard count == 1 || plan.isReproducible else {
            throw InputError(
                key: "--jobs",
                expected:
                    "1 with measured latency or the wall clock, which neighbours would falsify",
                found: "\(count)"
            )
        }
        return count
    }

    private func warnOfTrainingSeeds(_ plan: SweepPlan) {
        guard let last = plan.cells.compactMap(\.seeds.seeds.last).max() else { return }
        TrainingSeeds.warn(seed: UInt64(last), episodes: 1)
    }

    private func print(_ plan: SweepPlan) {
        for cell in plan.cells {
            Console.line("\(cell.seeds.seeds.count) episodes: \(cell.run.words)")
        }
        Console.line("\(plan.episodeCount) episodes in \(plan.cells.count) cells")
    }

    // MARK: - Here

    private func runHere(_ plan: SweepPlan) throws {
        let cores = ProcessInfo.processInfo.activeProcessorCount
        let jobs = try workers(for: plan, standard: cores)
        let (store, run) = try open(plan, jobs: jobs)
        let isWhole = try run.run(isQuiet: json) { _, _ in }
        try store.seal()
        try finish(store, isWhole: isWhole)
    }

    /// Opens the results for writing, takes over shards, and plans.
    private func open(_ plan: SweepPlan, jobs: Int) throws -> (SweepStore, SweepRun) {
        try folder.make()
        let lock = try SweepLock(beside: folder.results)
        let store = try SweepStore(path: folder.results, mode: .create)
        let run = try SweepRun(plan: plan, store: store, jobs: jobs, timeout: timeout(), lock: lock)
        try store.setTitle(
            SweepStore.Title(name: plan.file.name, file: plan.file.path, yaml: plan.file.text)
        )
        try WholeFile.write(plan.file.text, to: folder.copy)
        try SweepMerge.run(into: store, from: folder)
        if retryBroken {
            let count = try store.forgetBroken()
            if count > 0, !json { Console.errorText("\(count) broken episodes are tried again") }
        }
        try warnOfOtherPrograms(store)
        return (store, run)
    }

    private func warnOfOtherPrograms(_ store: SweepStore) throws {
        let programs = Set(try store.hosts().values.map(\.programSHA256))
        guard !programs.subtracting([Version.programSHA256]).isEmpty else { return }
        Console.errorText(
            "simrun: warning: some of the episodes in \(folder.results) were run by another build of"
                + " simrun; the table hosts says which"
        )
    }

    /// Prints what there is, and says how the sweep ended.
    private func finish(_ store: SweepStore, isWhole: Bool) throws {
        let report = try SweepReport(store: store)
        if json {
            Console.line(try JSONText.of(report))
        } else {
            SweepTable.lines(report).forEach(Console.line)
        }
        if Interrupt.isRequested, !isWhole {
            throw Outcome.interrupted(
                "\(report.episodes) of \(report.planned) episodes are kept in \(folder.results);"
                    + " the same command goes on"
            )
        }
        guard report.broken == 0 else {
            throw Outcome.fault(
                "\(report.broken) episodes could not be run; --retry-broken tries them again",
                lastTicks: try store.brokenReasons().prefix(10).map { "\($0.count): \($0.reason)" }
            )
        }
        guard isWhole else {
            throw Outcome.fault(
                "\(report.planned - report.episodes) of \(report.planned) episodes are missing;"
                    + " the same command runs them",
                lastTicks: []
            )
        }
    }

    // MARK: - Slurm

    private func runOnSlurm(_ plan: SweepPlan) throws {
        guard plan.isReproducible else {
            throw InputError(
                key: "--launcher",
                expected: "local with measured latency, which a node's other jobs would falsify",
                found: "slurm"
            )
        }
        let jobs = try workers(for: plan, standard: 1)
        let submitted = try submit(plan, jobs: jobs)
        if let submitted {
            guard !slurm.detach else {
                Console.errorText("the same command waits for them and prints the table")
                return
            }
            try SlurmFollower(
                jobs: submitted.jobs,
                folder: folder,
                planned: submitted.pending,
                isQuiet: json
            ).wait()
            guard !Interrupt.isRequested else {
                throw Outcome.interrupted(
                    "the jobs go on; the same command waits for them,"
                        + " and scancel \(submitted.jobs.array) \(submitted.jobs.merge) ends them"
                )
            }
        }
        let (store, run) = try open(plan, jobs: jobs)
        let isWhole = try run.pending().requests.isEmpty
        try store.seal()
        try finish(store, isWhole: isWhole)
    }

    /// Submits what is missing, unless an earlier array is still at it; nil when nothing is.
    private func submit(_ plan: SweepPlan, jobs: Int) throws -> (jobs: SlurmJobs, pending: Int)? {
        if let kept = SlurmJobs.kept(in: folder), try kept.active() > 0 {
            if !json { Console.errorText("array \(kept.array) is at work already") }
            return (kept, ShardProgress.total(shards: kept.shards, in: folder).planned)
        }
        let (store, run) = try open(plan, jobs: jobs)
        let pending = try run.pending().requests.count
        try store.seal()
        guard pending > 0 else { return nil }
        try folder.make([folder.shards, folder.logs])
        let script = SlurmScript(
            folder: folder,
            name: plan.file.name,
            shards: try slurm.count(pending: pending),
            jobs: jobs,
            flags: ["--episode-timeout=\(episodeTimeout)"] + paths.flags,
            simd: TaskReport.Host.current.simd
        )
        let submitted = try SlurmJobs.submit(script, flags: slurm.sbatch)
        try submitted.keep(in: folder)
        if !json {
            Console.errorText(
                "\(pending) episodes in \(script.shards) tasks: array \(submitted.array),"
                    + " merged by job \(submitted.merge)"
            )
        }
        return (submitted, pending)
    }

    /// One task of an array.
    private func runShard(_ shard: SweepShard, of plan: SweepPlan) throws {
        try folder.make([folder.shards])
        let file = folder.shards + "/\(shard.name).sqlite"
        let lock = try SweepLock(beside: file)
        let store = try SweepStore(path: file, mode: .create)
        let run = try SweepRun(
            plan: plan,
            store: store,
            jobs: workers(for: plan, standard: 1),
            timeout: timeout(),
            shard: shard,
            elsewhere: doneInMain(plan),
            lock: lock
        )
        try store.setTitle(
            SweepStore.Title(name: plan.file.name, file: plan.file.path, yaml: plan.file.text)
        )
        var reporter = ShardReporter(path: ShardProgress.file(of: shard, in: folder))
        let isWhole = try run.run(isQuiet: json) { done, planned in
            try reporter.report(ShardProgress(done: done, planned: planned))
        }
        try store.seal()
        guard isWhole else {
            throw Outcome.interrupted("shard \(shard.name) goes on with the same command")
        }
    }

    /// Seeds that the sweep's own results hold, by the plan's cell.
    private func doneInMain(_ plan: SweepPlan) throws -> [Int: Set<Int>] {
        guard FileManager.default.fileExists(atPath: folder.results) else { return [:] }
        let main = try SweepStore(path: folder.results, mode: .read)
        let done = try main.doneSeeds()
        let rows = Dictionary(
            try main.cells().map { ($0.cell.identity, $0.id) }
        ) { first, _ in first }
        var seeds: [Int: Set<Int>] = [:]
        for (number, cell) in plan.cells.enumerated() {
            guard let row = rows[cell.identity] else { continue }
            seeds[number] = done[row]
        }
        return seeds
    }

    private func merge() throws {
        let lock = try SweepLock(beside: folder.results)
        defer { withExtendedLifetime(lock) {} }
        let store = try SweepStore(path: folder.results, mode: .write)
        let added = try SweepMerge.run(into: store, from: folder)
        let report = try SweepReport(store: store)
        try store.seal()
        Console.errorText("\(added) episodes merged")
        if report.episodes < report.planned {
            Console.errorText("\(report.planned - report.episodes) episodes are still missing")
        }
        try finish(store, isWhole: true)
    }
}

/// What is told of a sweep on Slurm.
struct SlurmOptions: ParsableArguments {
    @Option(help: "Tasks of the array; by default one for each 25 episodes, at most 100.")
    var shards: Int?

    @Option(
        help: ArgumentHelp(
            "A flag of sbatch, such as --sbatch=--partition=cpu; may repeat.",
            valueName: "flag"
        )
    )
    var sbatch: [String] = []

    @Flag(help: "Submit and return; the same command waits later.")
    var detach = false

    @Option(help: ArgumentHelp("Run one share alone, such as 0/8: what a task does."))
    var shard: String?

    @Flag(help: "Merge the shards' results in DIR, and print the table.")
    var merge = false

    /// How many tasks so many episodes get.
    func count(pending: Int) throws(InputError) -> Int {
        let standard = min(100, (pending + 24) / 25)
        let count = shards ?? standard
        guard (1...SweepShard.maximumCount).contains(count) else {
            throw InputError(
                key: "--shards",
                expected: "1 to \(SweepShard.maximumCount)",
                found: "\(count)"
            )
        }
        return min(count, pending)
    }
}

extension SearchPaths {
    /// These folders as flags.
    var flags: [String] {
        robotPath.map { "--robot-path=\($0)" } + taskPath.map { "--task-path=\($0)" }
            + policyPath.map { "--policy-path=\($0)" }
    }
}

/// What a sweep runs itself as, again and again.
struct SweepWorkerCommand: ParsableCommand {
    static let name = "sweep-worker"

    static let configuration = CommandConfiguration(
        commandName: name,
        abstract: "Run episodes that a sweep asks for on standard input.",
        shouldDisplay: false
    )

    func run() throws {
        SweepWorker().run()
    }
}
