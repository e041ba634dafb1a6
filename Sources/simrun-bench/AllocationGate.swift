import CMalloc
import Diagnostics
import Policies
import Robots
import Runtime
import Tasks

/// Runs release ticks of a task and counts what they allocate.
struct AllocationGate {
    /// What the ticks of one task allocated.
    struct Count: Encodable {
        var task: String
        var policy: String
        var clock: String
        var ticks: Int
        /// Outside `advance`: must be 0.
        var outsideStep: UInt64
        /// Inside `advance`, by Bullet.
        var insideStep: UInt64

        enum CodingKeys: String, CodingKey {
            case task, policy, clock, ticks
            case outsideStep = "allocations_outside_step"
            case insideStep = "allocations_inside_step"
        }
    }

    /// Ticks run before counting starts, so that lazy set-up is over.
    static let warmUp = 30

    let setup: TaskSetup
    let policyFolders: [String]
    let ticks: Int

    /// Counts the shipped policy of the task on one clock.
    func countPolicy(clock: LoopClock) throws -> Count {
        let name = setup.task.policy
        let library = PolicyLibrary(searchPaths: policyFolders)
        let policy = try MeanFlowPolicy(directory: library.directory(of: name))
        return try count(policy, name: name, plant: setup.makePlant(), clock: clock)
    }

    /// Counts the scripted expert on one clock.
    func countExpert(clock: LoopClock) throws -> Count {
        let plant = try setup.makePlant()
        let expert = try setup.makeExpert(for: plant)
        return try count(expert, name: "expert", plant: plant, clock: clock)
    }

    private func count<Brain: Policy>(
        _ policy: Brain,
        name: String,
        plant: SimulatedPlant,
        clock: LoopClock
    ) throws -> Count {
        var loop = ControlLoop(
            plant: CountingPlant(plant),
            policy: policy,
            observation: plant.blankObservation,
            time: MonotonicTime(),
            configuration: LoopConfiguration(
                rate: setup.rate,
                policyHertz: setup.task.rates.policy,
                clock: clock,
                latency: .measured,
                execution: .replan,
                controller: try setup.controller(),
                limits: try setup.limits()
            )
        )
        loop.reset(seed: 0)
        for _ in 0..<Self.warmUp { try loop.tick() }
        let before = cm_allocations()
        let inStepBefore = loop.plant.allocationsInStep
        for _ in 0..<ticks { try loop.tick() }
        let all = cm_allocations() - before
        let inside = loop.plant.allocationsInStep - inStepBefore
        return Count(
            task: setup.task.name,
            policy: name,
            clock: clock.rawValue,
            ticks: ticks,
            outsideStep: all - inside,
            insideStep: inside
        )
    }
}
