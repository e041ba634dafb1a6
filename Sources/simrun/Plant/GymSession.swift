import Diagnostics
import Robots
import Runtime
import Serving
import Tasks

/// The episodes that an agent asks for, one after the other, until it has no more to ask.
struct GymSession {
    let plan: RunPlan
    let link: AgentLink

    /// Runs until the agent goes.
    ///
    /// - Throws: `InputError` for a task that cannot be reset.
    func run(plant: SimulatedPlant) throws {
        let desk = AgentPolicy.Desk()
        var loop = ControlLoop(
            plant: plant,
            policy: AgentPolicy(
                link,
                actionWidth: plan.configuration.controller.actionWidth,
                desk: desk
            ),
            observation: plant.blankObservation,
            time: PreciseTime(),
            configuration: plan.configuration
        )
        while let request = nextRequest(desk), !Interrupt.isRequested {
            switch request {
            case .close: return
            case .action: link.fail("an action without an episode: ask for one by reset")
            case .reset(let seed): try episode(seed, &loop, desk)
            }
        }
    }

    /// What the agent asks for; nil for what is no request, of which it was told.
    private func nextRequest(_ desk: AgentPolicy.Desk) -> AgentLink.Request? {
        if let request = desk.request {
            desk.request = nil
            return request
        }
        while !Interrupt.isRequested {
            if let request = try? link.next() { return request }
        }
        return nil
    }

    private func episode(
        _ seed: UInt64,
        _ loop: inout ControlLoop<SimulatedPlant, AgentPolicy, PreciseTime>,
        _ desk: AgentPolicy.Desk
    ) throws {
        try loop.plant.reset(seed: seed, instruction: plan.instruction(seed: seed))
        desk.standing = AgentLink.Standing()
        desk.standing.status = loop.plant.status
        var journal = EpisodeJournal()
        do {
            let result = try loop.runEpisode(
                seed: seed,
                stop: plan.stopRule,
                timeLimit: plan.setup.task.timeLimit,
                journal: &journal,
                isInterrupted: { Interrupt.isRequested },
                afterTick: { loop, _ in
                    desk.standing.status = loop.plant.status
                    desk.standing.elapsed = loop.plant.elapsed
                    desk.standing.misses += Int(loop.lastTrace.missedPeriods)
                }
            )
            desk.standing.end = result.endReason
            // What the last action led to is seen, though nobody acts on it.
            var observation = loop.observation
            loop.plant.sense(into: &observation)
            link.tell(observation, desk.standing)
        } catch {
            guard error != AgentPolicy.left else { return }
            link.fail("\(error) in the episode of seed \(seed)")
        }
    }
}
