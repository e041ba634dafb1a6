import Bridge
import Diagnostics
import Policies
import Recording
import Robots
import Runtime
import Tasks

/// One episode on an arm, from preparing its servos to leaving them.
struct ArmRun {
    let plan: RunPlan
    let connection: ArmConnection
    let cameras: CameraSources
    let limits: ArmRunOptions.Limits
    let isDry: Bool
    let stopFile: String?
    let paths: SearchPaths
    /// The arm in the operator's hand that this one follows; nil where a policy acts.
    var leader: LeaderArm?
    /// Where the episode's steps go, as demonstrations do; nil for nowhere.
    var demonstrations: DemonstrationWriter?
    /// Whether the operator's words come on a standard input that is no terminal, too.
    var takesLabels = false
    /// Whether the arm goes home when its episode is over.
    var parks = false

    private var isRecorded: Bool {
        plan.options.record != nil || plan.options.live != nil || demonstrations != nil
    }

    private var setup: ServoSetup { ServoSetup(bus: connection.bus, servos: connection.servos) }

    /// Runs it.
    ///
    /// - Throws: ``Outcome/fault(_:lastTicks:)``, `BusError`, `SetupError` or `InputError`.
    func run() throws -> (RunResult, ArmSummary) {
        try setup.check(connection.calibration)
        // Before the arm moves: a camera that is not there is bad input.
        let eyes = try cameras.open()
        let lifeline =
            try isDry
            ? nil
            : GuardedArm.prepare(
                connection,
                robot: plan.options.robot ?? connection.model.name,
                watchdog: limits.watchdog,
                paths: paths
            )
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
            try cameras.needsSimulation || isRecorded
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
            instruction: choice.text,
            scene: scene,
            cameras: eyes,
            cloud: eyes == nil ? nil : try RealCloud(plan.setup.task)
        )
        let blank = scene.blankObservation
        if let leader {
            let hertz = plan.configuration.policyHertz
            let robot = plan.setup.robot
            return try run(
                plant,
                LeaderPolicy(leader: leader, follower: robot, hertz: hertz),
                blank
            )
        }
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
        case .remote: preconditionFailure("refused by CameraSources.require")
        }
    }

    private func run<Brain: Policy>(
        _ plant: ArmPlant,
        _ brain: Brain,
        _ blank: Observation
    ) throws -> (RunResult, ArmSummary) {
        let watcher = StopWatcher(file: stopFile, takesLabels: takesLabels)
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
        var recorded = plan
        recorded.options.recordImages = keepsImages
        let recording = try RecordingSession(
            plan: recorded,
            plant: loop.plant,
            shape: loop.policy.shape,
            notes: notes
        )
        // After the loop, whose planning thread keeps the other processors.
        let session = WallClockSession(patience: configuration.patience, quiet: plan.options.json)
        let before = connection.bus.counts
        var journal = EpisodeJournal()
        do {
            try loop.warmUp()
            // Not before: nothing asks the servos while a policy warms up.
            if !isDry { try setup.startWatchdog(limits.watchdog) }
            loop.plant.begin()
            watcher.begin()
            try recording?.begin(seed: plan.options.seed, plant: loop.plant)
            var steps = try demonstrations.map { _ in
                try DemonstrationColumns(loop: loop, hasStages: false, keepsImages: keepsImages)
            }
            var state = steps == nil ? [] : loop.plant.flatState
            var result = try loop.runEpisode(
                seed: plan.options.seed,
                stop: plan.stopRule,
                timeLimit: plan.setup.task.timeLimit,
                journal: &journal,
                isInterrupted: { Interrupt.isRequested || watcher.verdict != nil },
                stolen: { session.stolen() },
                afterTick: { loop, acted in
                    session.beat()
                    recording?.note(loop, acted: acted)
                    if acted {
                        steps?.append(
                            loop: loop,
                            intended: loop.lastAction,
                            stage: nil,
                            state: state,
                            trace: loop.lastTrace
                        )
                    }
                    if steps != nil { state = loop.plant.flatState }
                    if let verdict = watcher.verdict { loop.plant.serial.judge(success: verdict) }
                }
            )
            session.rest()
            if result.endReason == .interrupted, watcher.verdict != nil {
                result.endReason = .labelled
            }
            if parks || result.endReason == .interrupted, !isDry {
                try loop.park(at: plan.homeCommand, within: .seconds(5))
                try settle(&loop)
            }
            if !isDry { try setup.endWatchdog() }
            var (run, summary) = finish(result, journal, loop.plant, before)
            run.episodes[0].recording = try recording?.end(
                RecordingHeader.result(run.episodes[0]),
                seed: plan.options.seed
            )
            if let steps, result.endReason != .interrupted {
                try demonstrations?.append(table(steps, result, loop.plant))
            }
            return (run, summary)
        } catch let fault as LoopFault {
            _ = try? recording?.end(["fault": "\(fault)"], seed: plan.options.seed)
            // What stopped the arm keeps it stopped.
            let rest = loop.isAtRest && !isDry ? "; the arm was brought to rest" : ""
            throw Outcome.fault(
                "\(fault)\(culprit(loop.plant.serial))\(rest)",
                lastTicks: journal.recent.map(LatencyTable.line)
            )
        }
    }

    /// Pictures are kept if each camera has a source: what nobody saw is no picture.
    private var keepsImages: Bool {
        plan.options.recordImages && cameras.coversAll
    }

    /// What a recording of an arm says beside what every recording says.
    private var notes: [String: String] {
        [
            "plant": "arm", "port": connection.port.path, "dry_run": "\(isDry)",
            // Where things stand is the simulation's guess in every recording of an arm.
            "mirrored_scene": "true", "cameras": cameras.description,
            "mirrored_cameras": cameras.mirrored.joined(separator: ","),
        ]
    }

    private func table(
        _ steps: DemonstrationColumns,
        _ result: EpisodeResult,
        _ plant: ArmPlant
    ) -> EpisodeTable {
        EpisodeTable(
            seed: result.seed,
            attributes: [
                "instruction": .text(plant.instruction ?? ""),
                "success": .integer(result.success ? 1 : 0),
                "mirrored_cameras": .text(cameras.mirrored.joined(separator: ",")),
                "end_reason": .text(result.endReason.rawValue),
            ],
            columns: steps.finished()
        )
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
            mirrored: cameras.mirrored,
            isDry: isDry
        )
        return (run, summary)
    }
}
