import Diagnostics
import Inference
import Policies
import Robots
import Runtime
import Serving

/// Runs a plan's episodes in an outside world, one after the other, by the loop that runs ours.
struct PlantRun {
    let plan: PlantPlan
    let link: PlantLink

    /// Runs all episodes.
    ///
    /// - Throws: ``Outcome/fault(_:lastTicks:)`` or an `InputError`.
    func run() throws -> RunResult {
        switch plan.choice.actor {
        case .expert: return try run(OutsideExpert(plan.description, link: link))
        case .random:
            return try run(RandomPolicy(actionWidth: plan.description.actionNames.count))
        case .network(let model):
            let partner = plan.options.network.threads == 2 ? ProductPartner() : nil
            return try run(UNetPolicy(model: model, partner: partner))
        case .language: preconditionFailure("refused by ActorChoice")
        case .remote(let server):
            try server.requireFits(plan.description.blankObservation)
            return try run(RemotePolicy(server: server, deadline: RemoteServer.deadline))
        }
    }

    private func run<Brain: Policy>(_ brain: Brain) throws -> RunResult {
        var loop = ControlLoop(
            plant: OutsidePlant(plan.description, link: link),
            policy: brain,
            observation: plan.description.blankObservation,
            time: PreciseTime(),
            configuration: plan.configuration
        )
        let options = plan.options
        // After the loop, whose planning thread keeps the other processors.
        let session =
            options.clock == .wall
            ? WallClockSession(
                patience: plan.configuration.patience,
                quiet: options.gates.ci
            ) : nil
        var result = RunResult()
        var progress = Progress(total: options.episodes, quiet: options.gates.ci)
        let started = MonotonicTime().now()
        for index in 0..<options.episodes {
            progress.show(index)
            var journal = EpisodeJournal()
            let seed = options.seed + UInt64(index)
            let episode = try episode(seed, &loop, &journal, session, isFirst: index == 0)
            guard let episode else { break }
            result.episodes.append(episode)
            result.account.add(journal.account)
        }
        progress.clear()
        result.wallSeconds = (MonotonicTime().now() - started).seconds
        result.wasInterrupted = Interrupt.isRequested
        return result
    }

    /// One episode; nil when it was interrupted.
    private func episode<Brain: Policy>(
        _ seed: UInt64,
        _ loop: inout ControlLoop<OutsidePlant, Brain, PreciseTime>,
        _ journal: inout EpisodeJournal,
        _ session: WallClockSession?,
        isFirst: Bool
    ) throws -> RunResult.Episode? {
        session?.rest()
        do {
            try loop.plant.reset(seed: seed)
            if isFirst, session != nil { try loop.warmUp() }
            let result = try loop.runEpisode(
                seed: seed,
                stop: plan.options.until,
                timeLimit: plan.description.timeLimit,
                journal: &journal,
                isInterrupted: { Interrupt.isRequested },
                stolen: { session?.stolen() ?? .zero },
                afterTick: { _, _ in session?.beat() }
            )
            guard result.endReason != .interrupted else { return nil }
            return RunResult.Episode(
                result: result,
                stateHash: loop.plant.stateHash,
                instruction: loop.plant.instruction,
                cause: result.success ? nil : "the world reported no success",
                p99: RunResult.P99(journal.account)
            )
        } catch {
            // Whoever is interrupted while it waits for the world has asked for no more.
            if Interrupt.isRequested { return nil }
            throw Outcome.fault(
                "\(error)\(trouble) in the episode of seed \(seed)",
                lastTicks: journal.recent.map(LatencyTable.line)
            )
        }
    }

    /// What went wrong elsewhere; a loop's fault has fixed words.
    private var trouble: String {
        if let trouble = link.trouble { return " (\(trouble))" }
        guard case .remote(let server) = plan.choice.actor, let trouble = server.trouble else {
            return ""
        }
        return " (\(server.address): \(trouble))"
    }
}
