import Diagnostics
import Robots
import Runtime

/// One run of the bare loop, over a plant and a policy that cost nothing.
struct LoopRun {
    let rate: ControlRate
    /// Ticks of the schedule.
    let ticks: Int

    private(set) var account = LatencyAccount()
    private(set) var grants = RealTimeGrants()
    /// Ticks whose deadline had come when the last one ended.
    private(set) var ticksDue = 0
    /// Ticks between whose start and the next one's the host took time from a processor.
    private(set) var stealTicks = 0
    /// Periods lost in ticks that saw no steal.
    private(set) var missesWithoutSteal = 0
    /// Time that the host took from all processors.
    private(set) var stolen = TimeSpan.zero
    /// Time for which the loop could have run but waited for its processor.
    private(set) var waited = TimeSpan.zero
    /// From the first tick's start to the last one's.
    private(set) var span = TimeSpan.zero
    /// Whether the watchdog saw the loop stall.
    private(set) var stalled = false
    private(set) var wasInterrupted = false
    /// The lateness of each tick's start, when kept.
    private(set) var lateness: [TimeSpan] = []

    private let keepsSamples: Bool
    private var loop: ControlLoop<NullPlant, StillPolicy, PreciseTime>

    init(model: RobotModel, rate: ControlRate, ticks: Int, keepsSamples: Bool) throws(InputError) {
        self.rate = rate
        self.ticks = ticks
        self.keepsSamples = keepsSamples
        let open = SafetyLimits.Joint(lower: -10, upper: 10, velocity: 1e6, acceleration: 1e9)
        let home = model.homeState
        loop = ControlLoop(
            plant: NullPlant(rate: rate, start: home),
            policy: StillPolicy(jointCount: model.armJointCount),
            observation: Observation(jointCount: model.armJointCount, cloudPoints: 0),
            time: PreciseTime(),
            configuration: LoopConfiguration(
                rate: rate,
                policyHertz: rate.hertz,
                clock: .wall,
                latency: .measured,
                execution: .replan,
                controller: ActionController(
                    try ArmController(model: model, mode: .jointPosition)
                ),
                limits: try SafetyLimits(
                    joints: [SafetyLimits.Joint](repeating: open, count: model.armJointCount),
                    gripperOpening: 1,
                    gripperSpeed: 1e6
                ),
                traceCapacity: 64
            )
        )
        if keepsSamples { lateness.reserveCapacity(ticks) }
    }

    var ticksStarted: Int { account.ticks }
    /// Ticks that were due and did not start.
    var ticksLost: Int { ticksDue - ticksStarted }
    /// How far the schedule itself has slipped: ticks lost that the loop did not skip knowingly.
    var drift: Int { ticksLost - account.missedPeriods }

    var achievedHertz: Double {
        span > .zero ? Double(ticksStarted - 1) / span.seconds : 0
    }

    /// Runs the schedule from its first tick to its last.
    mutating func measure(wish: RealTimeWish) throws(LoopFault) {
        let limit = max(TimeSpan.milliseconds(200), rate.period * 10)
        // Before the grants: a thread inherits the processor of the one that starts it.
        let watchdog = Watchdog(limit: limit, priority: wish.priority.map { min(99, $0 + 1) }) {}
        defer { watchdog?.stop() }
        grants = RealTimeGrants.request(wish)
        let granted = grants
        defer {
            var granted = granted
            granted.giveBack()
        }
        let steal = StealClock()
        try warmUp(steal)

        let clock = MonotonicTime()
        let start = clock.now()
        loop.reset(seed: 0)
        let before = steal.read()
        var last = before
        while loop.tickIndex < ticks, !wasInterrupted {
            try loop.tick()
            watchdog?.beat()
            let now = steal.read()
            let missed = account.missedPeriods
            drain()
            if now.stolen > last.stolen {
                stealTicks += 1
            } else {
                missesWithoutSteal += account.missedPeriods - missed
            }
            last = now
            wasInterrupted = Interrupt.isRequested
        }
        ticksDue = Int((clock.now() - start).seconds * rate.hertz) + 1
        stolen = last.stolen - before.stolen
        waited = last.waited - before.waited
        stalled = watchdog?.hasTripped ?? false
    }

    /// Runs each path once, so that nothing is set up lazily after tick 0.
    private mutating func warmUp(_ steal: StealClock) throws(LoopFault) {
        loop.reset(seed: 0)
        for _ in 0..<max(1, min(200, Int(rate.hertz / 4))) {
            try loop.tick()
            _ = steal.read()
            drain()
        }
        account = LatencyAccount()
        lateness.removeAll(keepingCapacity: true)
    }

    private mutating func drain() {
        while let trace = loop.traces.pop() {
            account.record(trace)
            span = rate.start(ofTick: trace.tick) + trace.wakeup
            if keepsSamples { lateness.append(trace.wakeup) }
        }
    }
}
