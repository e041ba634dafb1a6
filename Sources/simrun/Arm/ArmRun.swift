import Bridge
import Diagnostics
import Policies
import Robots
import Runtime
import Tasks

/// One episode on an arm, from preparing its servos to leaving them.
struct ArmRun {
    let plan: RunPlan
    let connection: ArmConnection
    let cameras: MirroredCameras
    let limits: ArmRunOptions.Limits
    let isDry: Bool
    let stopFile: String?
    let paths: SearchPaths

    private var setup: ServoSetup { ServoSetup(bus: connection.bus, servos: connection.servos) }

    /// Runs it.
    ///
    /// - Throws: ``Outcome/fault(_:lastTicks:)``, `BusError`, `SetupError` or `InputError`.
    func run() throws -> (RunResult, ArmSummary) {
        try setup.check(connection.calibration)
        let lifeline = try isDry ? nil : prepare()
        defer { lifeline?.end() }
        let seed = plan.options.seed
        let choice = try plan.instruction(seed: seed)
        // The scene's, whether or not it is mirrored: the goal, and room for what is observed.
        var scene = try plan.setup.makePlant()
        try scene.reset(seed: seed, instruction: choice)
        var serial = try SerialPlant(
            bus: connection.bus,
            robot: plan.setup.robot,
            servos: connection.servos,
            worldFromBase: plan.setup.task.worldFromBase,
            period: plan.configuration.rate.period,
            isDry: isDry
        )
        serial.goal = scene.goal
        serial.maxRelativeTarget = limits.maxRelativeTarget
        let mirror =
            try cameras.needsSimulation
            ? MirroredScene(
                setup: plan.setup,
                seed: seed,
                instruction: choice,
                at: serial.jointState
            ) : nil
        let plant = ArmPlant(
            serial: serial,
            mirror: mirror,
            lifeline: lifeline,
            instruction: choice.text
        )
        let blank = scene.blankObservation
        switch plan.actor {
        case .expert:
            // It sees what is mirrored: nothing else knows where things are.
            let seen = mirror?.plant ?? scene
            return try run(plant, plan.setup.makeExpert(for: seen), blank)
        case .random:
            let width = plan.configuration.controller.actionWidth
            return try run(plant, RandomPolicy(actionWidth: width), blank)
        case .network(let model): return try run(plant, UNetPolicy(model: model), blank)
        case .language(let policy): return try run(plant, policy.makePolicy(), blank)
        case .remote: preconditionFailure("refused by MirroredCameras.require")
        }
    }

    /// Makes the servos hold where they are, under guard.
    private func prepare() throws -> Lifeline? {
        try setup.configure()
        guard connection.servos.wire == .feetech else {
            try setup.engage()
            return nil
        }
        let lifeline = try Lifeline(
            port: connection.port,
            arguments: ArmGuardCommand.arguments(
                robot: plan.options.robot ?? connection.model.name,
                silence: limits.watchdog,
                paths: paths
            )
        )
        guard lifeline.waitForGuard() else {
            throw Outcome.fault("the process that guards the arm does not answer", lastTicks: [])
        }
        try setup.engage()
        return lifeline
    }

    private func run<Brain: Policy>(
        _ plant: ArmPlant,
        _ brain: Brain,
        _ blank: Observation
    ) throws -> (RunResult, ArmSummary) {
        let watcher = StopWatcher(file: stopFile)
        defer { watcher.end() }
        var configuration = plan.configuration
        configuration.stopSwitch = watcher.stopSwitch
        var loop = ControlLoop(
            plant: plant,
            policy: brain,
            observation: blank,
            time: PreciseTime(),
            configuration: configuration
        )
        // After the loop, whose planning thread keeps the other processors.
        let session = WallClockSession(patience: configuration.patience, quiet: plan.options.json)
        let before = connection.bus.counts
        var journal = EpisodeJournal()
        do {
            try loop.warmUp()
            // Not before: nothing asks the servos while a policy warms up.
            if !isDry { try setup.startWatchdog(limits.watchdog) }
            loop.plant.serial.begin()
            let result = try loop.runEpisode(
                seed: plan.options.seed,
                stop: plan.stopRule,
                timeLimit: plan.setup.task.timeLimit,
                journal: &journal,
                isInterrupted: { Interrupt.isRequested },
                stolen: { session.stolen() },
                afterTick: { _, _ in session.beat() }
            )
            session.rest()
            if result.endReason == .interrupted, !isDry {
                try loop.park(at: plan.homeCommand, within: .seconds(5))
                try settle(&loop)
            }
            if !isDry { try setup.endWatchdog() }
            return finish(result, journal, loop.plant, before)
        } catch let fault as LoopFault {
            // What stopped the arm keeps it stopped.
            let rest = loop.isAtRest && !isDry ? "; the arm was brought to rest" : ""
            throw Outcome.fault(
                "\(fault)\(culprit(loop.plant.serial))\(rest)",
                lastTicks: journal.recent.map(LatencyTable.line)
            )
        }
    }

    /// Sends the last command until the arm is near enough for it to be sent whole.
    private func settle<Brain: Policy>(
        _ loop: inout ControlLoop<ArmPlant, Brain, PreciseTime>
    ) throws(LoopFault) {
        guard limits.maxRelativeTarget != nil else { return }
        // The loop has ended: what it saw last may be written over.
        var observation = loop.observation
        let clock = MonotonicTime()
        for _ in 0..<100 {
            let before = loop.plant.serial.shortenedTicks
            clock.sleep(until: clock.now() + .milliseconds(20))
            try loop.plant.sense(into: &observation)
            try loop.plant.advance(holding: loop.heldCommand, substeps: 1)
            if loop.plant.serial.shortenedTicks == before { return }
        }
    }

    private func culprit(_ plant: SerialPlant) -> String {
        guard let motor = plant.monitor.culprit else { return "" }
        let servo = connection.servos.all[motor]
        return " (\(servo.joint), servo \(servo.id))"
    }

    private func finish(
        _ result: EpisodeResult,
        _ journal: EpisodeJournal,
        _ plant: ArmPlant,
        _ before: BusCounts
    ) -> (RunResult, ArmSummary) {
        var run = RunResult()
        run.account = journal.account
        run.wallSeconds = result.elapsed.seconds
        run.wasInterrupted = result.endReason == .interrupted
        run.episodes = [
            RunResult.Episode(
                result: result,
                stateHash: plant.mirror?.plant.stateHash ?? 0,
                instruction: plant.instruction,
                cause: result.success ? nil : plant.mirror?.plant.failureCause,
                p99: RunResult.P99(journal.account)
            )
        ]
        let summary = ArmSummary(
            plant.serial,
            servos: connection.servos,
            counts: connection.bus.counts.since(before),
            mirrored: cameras.names,
            isDry: isDry
        )
        return (run, summary)
    }
}
