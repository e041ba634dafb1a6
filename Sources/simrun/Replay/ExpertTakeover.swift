import Diagnostics
import Runtime
import Tasks

/// The scripted expert ends an episode that a policy began: it acts at once and plans for nothing.
struct ExpertTakeover {
    let plan: RunPlan

    /// Goes on from where the plant is, until success or the time limit.
    ///
    /// - Parameter episode: What the policy has come to; gets the expert's outcome.
    func finish(
        _ episode: RunResult.Episode,
        plant: SimulatedPlant
    ) throws -> RunResult.Episode {
        let limit = plan.setup.task.timeLimit
        var configuration = plan.configuration
        configuration.clock = .lockstep
        configuration.execution = .replan
        configuration.hasPlanningThread = false
        var loop = ControlLoop(
            plant: plant,
            policy: try plan.setup.makeExpert(for: plant),
            observation: plant.blankObservation,
            time: MonotonicTime(),
            configuration: configuration
        )
        loop.reset(seed: episode.result.seed, timeLimit: limit - plant.elapsed)
        var episode = episode
        var ticks = 0
        while loop.plant.elapsed < limit, loop.plant.status.succeededAt == nil {
            try loop.tick()
            _ = loop.traces.pop()
            ticks += 1
        }
        let status = loop.plant.status
        episode.result.status = status
        episode.result.endReason = status.succeededAt == nil ? .timeLimit : .success
        episode.result.ticks += ticks
        episode.result.elapsed = loop.plant.elapsed
        episode.stateHash = loop.plant.stateHash
        episode.cause = status.succeededAt == nil ? loop.plant.failureCause : nil
        return episode
    }
}
