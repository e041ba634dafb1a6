import CMalloc
import Diagnostics
import Inference
import Policies
import Robots
import Runtime
import Tasks
import Viewer

/// Runs release ticks of a task and counts what they allocate.
struct AllocationGate {
    /// What the ticks of one task allocated.
    struct Count: Encodable {
        var task: String
        var policy: String
        var mode: String
        var ticks: Int
        /// Outside `advance`: must be 0.
        var outsideStep: UInt64
        /// Inside `advance`, by Bullet.
        var insideStep: UInt64

        enum CodingKeys: String, CodingKey {
            case task, policy, mode, ticks
            case outsideStep = "allocations_outside_step"
            case insideStep = "allocations_inside_step"
        }
    }

    /// Ticks run before counting starts, so that lazy set-up is over.
    static let warmUp = 30
    /// Chunks for one observation, where many are counted, and how often.
    static let candidates = 8
    static let candidatePlans = 50

    let setup: TaskSetup
    let policyFolders: [String]
    let ticks: Int

    /// One way to run the loop.
    struct Mode {
        var name: String
        var clock = LoopClock.charged
        var latency = LatencySource.fixed(.milliseconds(40))
        var execution: ExecutionStrategy
        var hasPlanningThread = false
        /// Whether every tick is published for a viewer.
        var isViewed = false
    }

    /// Every clock, and each path through queue and charge.
    static func modes() throws -> [Mode] {
        let trace = try LatencyTrace(text: "sense_us infer_us act_us\n300 2000 20\n5 - 20\n")
        return [
            Mode(name: "lockstep", clock: .lockstep, latency: .free, execution: .replan),
            Mode(name: "charged", clock: .charged, latency: .measured, execution: .replan),
            Mode(
                name: "lockstep, viewed",
                clock: .lockstep,
                latency: .free,
                execution: .replan,
                isViewed: true
            ),
            Mode(
                name: "charged 40 ms",
                clock: .charged,
                latency: .fixed(.milliseconds(40)),
                execution: .replan
            ),
            Mode(
                name: "charged trace, chunk:4",
                clock: .charged,
                latency: .trace(trace),
                execution: .chunk(count: 4)
            ),
            Mode(name: "charged 40 ms, ensemble", execution: .ensemble),
            Mode(name: "charged 40 ms, async", execution: .async),
            Mode(name: "charged 40 ms, rtc:4", execution: .rtc(executionHorizon: 4)),
            Mode(name: "charged 40 ms, rollforward", execution: .rollforward),
            Mode(name: "wall", clock: .wall, latency: .measured, execution: .replan),
            Mode(
                name: "wall, planning thread",
                clock: .wall,
                latency: .measured,
                execution: .replan,
                hasPlanningThread: true
            ),
            Mode(
                name: "wall, async",
                clock: .wall,
                latency: .measured,
                execution: .async,
                hasPlanningThread: true
            ),
        ]
    }

    /// Counts the shipped policy of the task.
    func countPolicy(_ mode: Mode) throws -> Count {
        let name = setup.task.policy
        let library = PolicyLibrary(searchPaths: policyFolders)
        let policy = try UNetPolicy(directory: library.directory(of: name))
        return try count(policy, name: name, plant: setup.makePlant(), mode: mode)
    }

    /// Counts plans of many candidates, in each weight format, outside a loop.
    func countCandidates() throws -> [Count] {
        let name = setup.task.policy
        let library = PolicyLibrary(searchPaths: policyFolders)
        var plant = try setup.makePlant()
        var observation = plant.blankObservation
        try plant.reset(seed: 0)
        plant.sense(into: &observation)
        return try WeightFormat.allCases.map { format in
            let policy = UNetPolicy(
                model: try UNetModel(directory: library.directory(of: name), format: format),
                candidates: Self.candidates
            )
            var chunks = [ActionChunk](
                repeating: ActionChunk(
                    horizon: policy.shape.horizon,
                    width: policy.shape.actionWidth
                ),
                count: Self.candidates
            )
            for _ in 0..<Self.warmUp { try policy.plan(observation, into: &chunks) }
            let before = cm_allocations()
            for _ in 0..<Self.candidatePlans { try policy.plan(observation, into: &chunks) }
            let allocations = cm_allocations() - before
            return Count(
                task: setup.task.name,
                policy: name,
                mode: "\(Self.candidates) candidates, \(format.rawValue)",
                ticks: Self.candidatePlans,
                outsideStep: allocations,
                insideStep: 0
            )
        }
    }

    /// Counts the shipped policy with its plans chosen among candidates.
    func countChoice(_ mode: Mode) throws -> Count {
        let name = setup.task.policy
        let library = PolicyLibrary(searchPaths: policyFolders)
        let model = try UNetModel(directory: library.directory(of: name))
        let policy = Reranked(
            UNetPolicy(model: model, candidates: Self.candidates),
            rule: MedoidSelection(most: 2 * Self.candidates),
            candidates: 2 * Self.candidates,
            time: MonotonicTime()
        )
        let plant = try setup.makePlant()
        return try count(policy, name: "\(name), medoid", plant: plant, mode: mode)
    }

    /// Counts plans of a discrete-diffusion policy, in each weight format: the pictures and the
    /// instruction change from plan to plan, and every other one has a frozen part.
    static func countLanguagePlans(directory: String) throws -> [Count] {
        try WeightFormat.allCases.map { format in
            let model = try DiscreteDiffusionModel(directory: directory, format: format)
            let statistics = model.manifest.statistics[0]
            var settings = model.manifest.decoder
            settings.remasking = .threshold
            settings.isSubBin = true
            let policy = try DiscreteDiffusionPolicy(
                model: model,
                statistics: statistics,
                settings: settings,
                limit: .time(.seconds(10)),
                time: PreciseTime()
            )
            let joints = statistics.features.first { $0.name == .jointPositions }?.width ?? 0
            var observation = Observation(
                jointCount: joints,
                cloudPoints: 0,
                frames: statistics.views.map { CameraFrame(name: $0, width: 96, height: 128) }
            )
            let shape = policy.shape
            var chunk = ActionChunk(horizon: shape.horizon, width: shape.actionWidth)
            let texts = [
                "put the plate", "open \(model.vocabulary.words[0]) and something unknown",
            ]
            func plan(_ index: Int) throws {
                observation.instruction = texts[index / 2 % 2]
                for view in observation.frames.indices {
                    observation.frames[view].rgb[index] &+= 1
                }
                policy.freeze(chunk, count: index % 2)
                try policy.plan(observation, into: &chunk)
            }
            for index in 0..<warmUp { try plan(index) }
            let before = cm_allocations()
            for index in 0..<candidatePlans { try plan(index) }
            let allocations = cm_allocations() - before
            return Count(
                task: statistics.tasks.first ?? "",
                policy: model.manifest.name,
                mode: "words and pictures, \(format.rawValue)",
                ticks: candidatePlans,
                outsideStep: allocations,
                insideStep: 0
            )
        }
    }

    /// Counts the scripted expert.
    func countExpert(_ mode: Mode) throws -> Count {
        let plant = try setup.makePlant()
        let expert = try setup.makeExpert(for: plant)
        return try count(expert, name: "expert", plant: plant, mode: mode)
    }

    private func count<Brain: Policy>(
        _ policy: Brain,
        name: String,
        plant: SimulatedPlant,
        mode: Mode
    ) throws -> Count {
        var loop = ControlLoop(
            plant: CountingPlant(plant),
            policy: policy,
            observation: plant.blankObservation,
            time: MonotonicTime(),
            configuration: LoopConfiguration(
                rate: setup.rate,
                policyHertz: setup.task.rates.policy,
                clock: mode.clock,
                latency: mode.latency,
                execution: mode.execution,
                controller: ActionController(try setup.controller()),
                limits: try setup.limits(),
                hasPlanningThread: mode.hasPlanningThread
            )
        )
        loop.reset(seed: 0)
        // The wall clock runs in real time: more ticks would show nothing new for minutes.
        let ticks = mode.clock == .wall ? min(ticks, 500) : ticks
        let publisher = ViewPublisher()
        publisher.beginEpisode(seed: 0)
        func tick() throws {
            try loop.tick()
            guard mode.isViewed else { return }
            publisher.publishTick(&loop)
        }
        for _ in 0..<Self.warmUp { try tick() }
        let before = cm_allocations()
        let inStepBefore = loop.plant.allocationsInStep
        for _ in 0..<ticks { try tick() }
        let all = cm_allocations() - before
        let inside = loop.plant.allocationsInStep - inStepBefore
        return Count(
            task: setup.task.name,
            policy: name,
            mode: mode.name,
            ticks: ticks,
            outsideStep: all - inside,
            insideStep: inside
        )
    }
}
