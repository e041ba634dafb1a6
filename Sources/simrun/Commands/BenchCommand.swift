import ArgumentParser
import Diagnostics
import Inference
import Runtime

/// `simrun bench`: what kernels, plans, sensors, physics and ticks cost on this machine, and how far
/// that is from what the machine can do.
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract:
            "Time kernels, policies, sensors, physics and ticks against the machine's limits.",
        discussion: """
            Measures one core first: arithmetic on registers, and reading over working sets of \
            growing size. Then each case hot, in a tight loop, and paced, one call a control \
            period, which is what a loop sees. GFLOP/s and GB/s count live weights only, each once \
            a call, and no tap that meets padding; the share is that of the nearer limit, hot.

            Cases: kernel/…, policy/NAME/bK (one observation encoded, K candidates), \
            sensor/raycast-128, sensor/cloud-512, physics/TASK (one control period, the arm at rest), \
            physics/TASK-expert (under the expert's commands; also with nine boxes), episode/TASK (a \
            second of the world in the expert's episodes, in lockstep), loop/TASK (sense, infer and \
            act of ticks that plan).
            """
    )

    @Option(help: ArgumentHelp("Only cases of that name, or with it in theirs.", valueName: "name"))
    var filter: String?
    @Option(
        help: ArgumentHelp(
            "Time this policy alone; a name or a directory, repeatable.",
            valueName: "name|dir"
        )
    )
    var policy: [String] = []
    @Option(
        help: """
            How weights are stored: fp32, bf16, bf16-dot or int8; by default each that this machine \
            computes by itself.
            """
    )
    var weights: String?
    @Option(help: ArgumentHelp("How long each case is paced.", valueName: "s")) var seconds = 1.7
    @Option(help: ArgumentHelp("Paced calls per second.", valueName: "hz")) var rate = 60.0
    @Option(help: "Threads of one plan: 1, or 2 for networks over 50 million weights.")
    var threads = 1
    @Flag(
        inversion: .prefixedNo,
        help: "Ask for SCHED_FIFO and a core, so that other programs do not show in the figures."
    )
    var realtime = true
    @Flag(help: "Print JSON.") var json = false
    @Flag(help: "Only list the names of the cases.") var list = false
    @Flag(
        help: ArgumentHelp(
            "Answer requests on standard input, for benchmarks/peers.py.",
            visibility: .hidden
        )
    )
    var peer = false
    @Flag(
        help: ArgumentHelp(
            "Answer requests on standard input, for benchmarks/pybullet_scene.py.",
            visibility: .hidden
        )
    )
    var scenePeer = false
    @OptionGroup(title: "Where to look") var paths: SearchPaths

    func run() throws {
        if peer { return try PeerSession(paths: paths).serve() }
        if scenePeer { return try ScenePeerSession(paths: paths).serve() }
        try validated()
        let format = try weights.map { name throws(InputError) in
            try WeightFormat(named: name, key: "--weights")
        }
        let catalogue = try BenchCatalogue(
            paths: paths,
            policies: policy,
            weights: format,
            threads: threads
        )
        let cases = try catalogue.chosen(by: filter)
        if list {
            for one in cases { Console.line(one.name.left(40) + " " + one.dtype) }
            return
        }
        Interrupt.listen()
        let report = try measure(cases)
        if json {
            try Console.json(report)
        } else {
            for line in report.lines { Console.line(line) }
        }
    }

    /// Checks what does not need a file.
    private func validated() throws(InputError) {
        guard seconds > 0, seconds <= 3600 else {
            throw InputError(
                key: "--seconds",
                expected: "a time over 0 s and up to an hour",
                found: "\(seconds) s"
            )
        }
        guard rate >= 0.1, rate <= 10_000 else {
            throw InputError(
                key: "--rate",
                expected: "a rate from 0.1 Hz to 10000 Hz",
                found: "\(rate) Hz"
            )
        }
        guard (1...2).contains(threads) else {
            throw InputError(key: "--threads", expected: "1 or 2", found: "\(threads)")
        }
    }

    /// What is asked of the operating system; never beside a second thread, which would wait for
    /// this one's core.
    private var wish: RealTimeWish {
        guard realtime, threads == 1 else { return .nothing }
        return RealTimeWish(longestRun: .seconds(10), locksMemory: false)
    }

    private func measure(_ cases: [BenchCase]) throws -> BenchReport {
        var grants = RealTimeGrants.request(wish)
        defer { grants.giveBack() }
        let limits = try MachineLimits.measure()
        let timer = BenchTimer(seconds: seconds, rate: rate)
        var rows: [BenchRow] = []
        var progress = Progress(total: cases.count, quiet: false)
        defer { progress.clear() }
        for one in cases {
            progress.show(rows.count)
            let work = try one.prepare()
            do {
                rows.append(BenchRow(one, work, try timer.measure(work), limits: limits))
            } catch let fault as LoopFault {
                throw Outcome.fault("\(fault) in \(one.name)", lastTicks: [])
            }
        }
        return BenchReport(
            host: .current,
            limits: BenchReport.Limits(limits),
            results: rows,
            realtime: grants.lines,
            pacedHz: rate,
            load: BenchReport.currentLoad
        )
    }
}
