import Bridge
import Diagnostics
import Robots
import Runtime
import Tasks

/// The task's simulated robot follows a leader, on the wall clock.
struct SimulatedFollower {
    let plan: RunPlan
    let leader: LeaderArm

    /// One episode, to the plan's time limit or the user's Ctrl-C.
    ///
    /// - Throws: ``Outcome/fault(_:lastTicks:)`` or an `InputError`.
    func run() throws -> RunResult {
        let options = plan.options
        var plant = try plan.setup.makePlant()
        let choice = try plan.instruction(seed: options.seed)
        try plant.reset(seed: options.seed, instruction: choice)
        let hertz = plan.configuration.policyHertz
        var loop = ControlLoop(
            plant: plant,
            policy: LeaderPolicy(leader: leader, follower: plan.setup.robot, hertz: hertz),
            observation: plant.blankObservation,
            time: PreciseTime(),
            configuration: plan.configuration
        )
        let recording = try RecordingSession(
            plan: plan,
            plant: loop.plant,
            shape: loop.policy.shape,
            notes: ["plant": "simulated follower", "leader": leader.bus.port.path]
        )
        let session = WallClockSession(
            patience: plan.configuration.patience,
            quiet: options.json
        )
        var journal = EpisodeJournal()
        do {
            try recording?.begin(seed: options.seed, plant: loop.plant)
            let result = try loop.runEpisode(
                seed: options.seed,
                stop: plan.stopRule,
                timeLimit: plan.setup.task.timeLimit,
                journal: &journal,
                isInterrupted: { Interrupt.isRequested || recording?.hasFailed ?? false },
                stolen: { session.stolen() },
                afterTick: { loop, acted in
                    session.beat()
                    recording?.note(loop, acted: acted)
                }
            )
            session.rest()
            var episode = RunResult.Episode(
                result: result,
                stateHash: loop.plant.stateHash,
                instruction: choice.text,
                cause: result.success ? nil : loop.plant.failureCause,
                p99: RunResult.P99(journal.account)
            )
            episode.recording = try recording?.end(
                RecordingHeader.result(episode),
                seed: options.seed
            )
            var run = RunResult()
            run.account = journal.account
            run.wallSeconds = result.elapsed.seconds
            run.wasInterrupted = result.endReason == .interrupted
            run.episodes = [episode]
            return run
        } catch let fault as LoopFault {
            _ = try? recording?.end(["fault": "\(fault)"], seed: options.seed)
            throw Outcome.fault("\(fault)", lastTicks: journal.recent.map(LatencyTable.line))
        }
    }
}
