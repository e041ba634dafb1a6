import Diagnostics
import Robots
import Runtime
import Tasks

/// The scripted expert in lockstep, as fast as the machine can: an episode's commands, or the time it
/// takes.
struct ExpertEpisode {
    private var loop: ControlLoop<CommandRecorder, ExpertPolicy, MonotonicTime>
    private let setup: TaskSetup

    init(setup: TaskSetup) throws(InputError) {
        self.setup = setup
        let plant = try setup.makePlant()
        loop = ControlLoop(
            plant: CommandRecorder(plant: plant),
            policy: try setup.makeExpert(for: plant),
            observation: plant.blankObservation,
            time: MonotonicTime(),
            configuration: LoopConfiguration(
                rate: setup.rate,
                policyHertz: setup.task.rates.policy,
                clock: .lockstep,
                latency: .free,
                execution: .replan,
                controller: ActionController(try setup.controller()),
                limits: try setup.limits(),
                traceCapacity: 16
            )
        )
    }

    /// Runs the episode of a seed until it succeeds or its time is over.
    ///
    /// - Returns: What the plant was commanded, and the wall time that the ticks took.
    mutating func run(
        seed: UInt64
    ) throws -> (commands: [(command: JointCommand, substeps: Int)], wall: TimeSpan) {
        var plant = loop.plant.plant
        try plant.reset(seed: seed)
        loop.plant = CommandRecorder(plant: plant)
        loop.reset(seed: seed)
        let time = MonotonicTime()
        let start = time.now()
        while loop.plant.status.succeededAt == nil, loop.plant.elapsed < setup.task.timeLimit {
            try loop.tick()
            while loop.traces.pop() != nil {}
        }
        return (loop.plant.commands, time.now() - start)
    }

    /// The simulated time of the last episode.
    var simulated: TimeSpan { loop.plant.elapsed }
}
