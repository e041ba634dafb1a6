import Results

/// How long a sweep will take, from the first episode of each cell.
struct SweepForecast {
    /// With more cells, one of each task, robot, policy and strategy has to do.
    private static let maximumScouts = 64

    private let jobs: Int
    /// Episodes to run, by group.
    private var open: [String: Int] = [:]
    private var seconds: [String: Double] = [:]
    private var isSaid = false

    /// The requests in the order to run them: one of each group first.
    let order: [SweepRequest]

    init(pending: [SweepRequest], cells: [SweepCell], jobs: Int) {
        self.jobs = jobs
        let isFine = Set(pending.map(\.cell)).count <= Self.maximumScouts
        var scouts: [SweepRequest] = []
        var others: [SweepRequest] = []
        for request in pending {
            let group = Self.group(of: request, cells: cells, isFine: isFine)
            open[group, default: 0] += 1
            if open[group] == 1 { scouts.append(request) } else { others.append(request) }
        }
        order = scouts + others
        groupOf = { Self.group(of: $0, cells: cells, isFine: isFine) }
    }

    private let groupOf: (SweepRequest) -> String

    private static func group(
        of request: SweepRequest,
        cells: [SweepCell],
        isFine: Bool
    ) -> String {
        if isFine { return "\(request.cell)" }
        let run = cells[request.cell].run
        return [run.task, run.robot, run.policy, run.execute].joined(separator: "\n")
    }

    /// Takes note of an episode; gives the forecast once, when each group has one.
    mutating func note(_ done: WorkerPool.Done) -> String? {
        let group = groupOf(done.job.request)
        if seconds[group] == nil { seconds[group] = done.episode.wallSeconds }
        guard !isSaid, seconds.count == open.count else { return nil }
        isSaid = true
        let work = open.reduce(0.0) { $0 + Double($1.value) * (seconds[$1.key] ?? 0) }
        return "expected time \(Progress.clock(work / Double(jobs))) with \(jobs)"
            + " worker\(jobs == 1 ? "" : "s"), by the first \(open.count) episodes"
    }
}
