import Runtime

/// What `simrun loop` prints.
struct LoopReport: Encodable {
    var plant: String
    var robot: String
    var rateHz: Double
    var achievedRateHz: Double
    var ticks: Int
    var ticksDue: Int
    /// Due, and not started: skipped, or lost to drift.
    var lostTicks: Int
    /// How far the schedule itself has slipped, in ticks.
    var driftTicks: Int
    var misses: Int
    var missesWithoutSteal: Int
    /// How late each tick started after its own deadline, in microseconds.
    var latenessUs: LatencySummary
    /// What a tick cost, in microseconds.
    var tickUs: LatencySummary
    var stealTicks: Int
    var stolenMs: Double
    var waitedMs: Double
    var stalled: Bool
    /// Whether the loop had lost its priority by the end, because it ran on without sleeping.
    var demoted: Bool
    var realtime: [String]
    var host: TaskReport.Host

    enum CodingKeys: String, CodingKey {
        case plant, robot, ticks, misses, stalled, demoted, realtime, host
        case rateHz = "rate_hz"
        case achievedRateHz = "achieved_rate_hz"
        case ticksDue = "ticks_due"
        case lostTicks = "lost_ticks"
        case driftTicks = "drift_ticks"
        case missesWithoutSteal = "misses_without_steal"
        case latenessUs = "lateness_us"
        case tickUs = "tick_us"
        case stealTicks = "steal_ticks"
        case stolenMs = "stolen_ms"
        case waitedMs = "waited_ms"
    }

    init(run: LoopRun, plant: String, robot: String) {
        self.plant = plant
        self.robot = robot
        rateHz = run.rate.hertz
        achievedRateHz = run.achievedHertz
        ticks = run.ticksStarted
        ticksDue = run.ticksDue
        lostTicks = run.ticksLost
        driftTicks = run.drift
        misses = run.account.missedPeriods
        missesWithoutSteal = run.missesWithoutSteal
        latenessUs = run.account.summary(of: .wakeup)
        tickUs = run.account.summary(of: .tick)
        stealTicks = run.stealTicks
        stolenMs = run.stolen.milliseconds
        waitedMs = run.waited.milliseconds
        stalled = run.stalled
        demoted = RealTimeGrants.demotions > 0
        realtime = run.grants.lines
        host = .current
    }

    /// The lines for people.
    var lines: [String] {
        realtime + [
            "plant \(plant), joints of \(robot), \(rateHz.text(1)) Hz:"
                + " \(ticks) ticks at \(achievedRateHz.text(3)) Hz",
            "drift \(driftTicks) ticks; of \(ticksDue) due, \(misses) were missed,"
                + " \(missesWithoutSteal) of them without steal",
            "lateness us  " + row(latenessUs),
            "tick us      " + row(tickUs),
            "steal: \(stealTicks) ticks saw it, \(stolenMs.text(1)) ms taken by the host;"
                + " \(waitedMs.text(1)) ms waited for a processor",
        ]
            + (stalled ? ["the watchdog saw the loop stall"] : [])
            + (demoted ? ["the loop lost SCHED_FIFO: it ran on without sleeping"] : [])
    }

    private func row(_ summary: LatencySummary) -> String {
        "p50 \(summary.p50.text(1))  p99 \(summary.p99.text(1))"
            + "  p99.9 \(summary.p999.text(1))  max \(summary.max.text(1))"
    }
}
