import Diagnostics
import Inference
import Policies
import Recording
import Robots
import Runtime
import Sensing
import Serving
import Tasks

/// Everything a run rests on, loaded and checked once, before the first episode.
struct RunPlan: Sendable {
    /// Who acts.
    enum Actor: Sendable {
        case expert
        case random
        case network(UNetModel)
        case language(LanguagePolicy)
        case remote(RemoteServer)

        /// Whether it is a network.
        var isLearned: Bool {
            switch self {
            case .network, .language: true
            case .expert, .random, .remote: false
            }
        }

        /// Whether there can be several plans of one observation.
        var drawsPlans: Bool {
            switch self {
            case .network, .language, .remote: true
            case .expert, .random: false
            }
        }

        /// Whether it reads the world's true state, and so must plan in the loop's own thread.
        var seesTheWorld: Bool {
            if case .expert = self { return true }
            return false
        }
    }

    var setup: TaskSetup
    var actor: Actor
    /// What reports call the policy.
    var policyName: String
    /// SHA-256 of its weights; nil for scripted and random ones.
    var policyHash: String?
    var robotHash: String
    var configuration: LoopConfiguration
    var options: TaskOptions
    /// How plans are chosen among candidates; nil where a policy draws one.
    var reranking: Reranking?
    /// What is made to fail on purpose.
    var drill: PolicyDrill?
    /// What reports call the latency.
    var latencyName: String
    /// What every episode is told to do; nil for the seed's draw.
    private var instruction: InstructionChoice?
    /// What the options were parsed from, for recordings.
    var arguments: [String]
    /// Where episodes are recorded, besides the options' folder.
    var sinks: [any RecordingSink] = []
    /// Episode time 0 of recordings, in nanoseconds since 1970; the present unless given.
    var recordingEpoch: UInt64?
    /// Keys the policy's noise instead of the episode's seed.
    var policySeed: UInt64?
    /// The tick from which on the scripted expert acts, without delay.
    var takeoverTick: Int?

    /// Where the robot is parked.
    var homeCommand: JointCommand {
        JointCommand(arm: setup.robot.home, gripperOpening: setup.robot.homeOpening)
    }

    /// Loads and checks everything that the options name.
    ///
    /// - Parameter arguments: What the options were parsed from.
    init(options: TaskOptions, arguments: [String] = []) throws(InputError) {
        try options.validated()
        _ = try options.gates.parsed()
        self.options = options
        self.arguments = arguments
        let task = try TaskLibrary(folders: options.paths.taskFolders).task(named: options.task)
        let robotName = options.robot ?? task.robot
        let robot = try RobotLibrary(searchPaths: options.paths.robotFolders).load(robotName)
        Console.noteUnseen(robot)
        setup = try TaskSetup(
            task: task,
            robot: robot,
            controlHertz: options.rate,
            targetSpeed: options.targetSpeed
        )
        robotHash = String(robot.contentHash, radix: 16)
        instruction = try options.instruction.map { (text) throws(InputError) in
            try task.instruction(saying: text)
        }
        if options.heldOut { _ = try task.instruction(seed: options.seed, heldOut: true) }
        let joined = setup
        let latency = try LatencyArgument.source(options.latency ?? "measured")
        let choice = try ActorChoice(
            named: options.policy ?? task.policy,
            network: options.network,
            paths: options.paths,
            clock: options.clock,
            map: try options.map.map { (name) throws(InputError) in
                try BoundMap(MapLibrary.map(name), MapContext(joined))
            },
            language: { (directory, format) throws(InputError) in
                try Self.language(directory, format, latency, joined, options)
            }
        ) { () throws(InputError) in try PolicyContext(joined) }
        actor = choice.actor
        policyName = choice.name
        policyHash = choice.hash
        let horizon = choice.horizon
        if case .language = actor {} else { try options.decoding.requireNone(policyName) }
        let strategy = try choice.strategy(options.execute)
        drill = try options.drill.map { (text) throws(InputError) in try PolicyDrill(text) }
        latencyName = options.clock == .charged ? options.latency ?? "measured" : "none"
        configuration = LoopConfiguration(
            rate: setup.rate,
            policyHertz: task.rates.policy,
            clock: options.clock,
            latency: latency,
            execution: strategy,
            controller: ActionController(try setup.controller()),
            limits: try setup.limits(),
            hasPlanningThread: options.clock == .wall && !actor.seesTheWorld,
            // Under the loop's priority: on one processor the loop goes first.
            planningWish: RealTimeWish(priority: 40, locksMemory: false, core: .any),
            patience: try Self.patience(options.patience)
        )
        reranking = try options.reranking.parsed(
            isReproducible: configuration.isReproducible,
            folders: options.paths.criticFolders
        )
        if case .critic(let critic, _)? = reranking?.rule {
            try critic.manifest.requireFits(
                task: task.name,
                PolicyContext(setup),
                horizon: horizon
            )
        }
        try refuseWhatWouldBeFalse()
    }

    /// What the episode of `seed` is told to do.
    func instruction(seed: UInt64) throws(InputError) -> InstructionChoice {
        var choice: InstructionChoice
        if let instruction {
            choice = instruction
        } else {
            choice = try setup.task.instruction(seed: seed, heldOut: options.heldOut)
        }
        if let said = options.say { choice.text = said }
        return choice
    }

    /// A discrete-diffusion policy, held against the task.
    private static func language(
        _ directory: String,
        _ format: WeightFormat?,
        _ latency: LatencySource,
        _ setup: TaskSetup,
        _ options: TaskOptions
    ) throws(InputError) -> LanguagePolicy {
        let model = try PolicyShelf.discreteDiffusionModel(directory: directory, format: format)
        var policy = try LanguagePolicy(model, task: setup.task.name, options: options.decoding)
        try policy.statistics.requireFits(PolicyContext(setup), policy: model.manifest.name)
        guard options.network.threads == 1 else {
            throw InputError(
                key: "--plan-threads",
                expected: "1 for a \(DiscreteDiffusionManifest.architecture) policy",
                found: "\(options.network.threads)"
            )
        }
        policy.limit = try options.decoding.limit(
            policy,
            clock: options.clock,
            latency: latency
        )
        let told = options.say ?? options.instruction
        let unknown = told.map(model.vocabulary.unknownWords) ?? []
        if !unknown.isEmpty {
            Console.error(
                "\(model.manifest.name) does not know the words \(unknown.joined(separator: ", "))"
            )
        }
        return policy
    }

    /// When an episode ends.
    var stopRule: StopRule {
        options.until ?? (setup.task.success.judged == .atEnd ? .timeLimit : .success)
    }

    static func patience(_ text: String) throws(InputError) -> TimeSpan {
        guard let span = LatencyArgument.span(text), span > .zero else {
            throw InputError(
                key: "--patience",
                expected: "a time over 0 such as 500ms",
                found: "\"\(text)\""
            )
        }
        return span
    }

    /// Refuses combinations whose numbers would mean nothing.
    private func refuseWhatWouldBeFalse() throws(InputError) {
        let reproducible = configuration.isReproducible
        if reranking != nil, drill != nil || !actor.drawsPlans {
            throw InputError(
                key: "--rerank",
                expected: "a policy that draws plans, and no --drill beside it",
                found: drill != nil ? "--drill" : "--policy \(policyName)"
            )
        }
        if actor.seesTheWorld, configuration.clock == .wall, configuration.execution.plansBeside {
            throw InputError(
                key: "--execute",
                expected: "a strategy that waits for its plans, on the wall clock: the expert reads"
                    + " the world's true state, which moves meanwhile",
                found: configuration.execution.description
            )
        }
        if drill != nil, !actor.isLearned {
            throw InputError(key: "--drill", expected: "a learned policy", found: policyName)
        }
        if options.jobs > 1, !reproducible {
            throw InputError(
                key: "--jobs",
                expected: "1 with measured latency, which neighbours would falsify",
                found: "\(options.jobs)"
            )
        }
        if options.gates.ci, !reproducible {
            throw InputError(
                key: "--ci",
                expected: "--clock lockstep, or a fixed, free or traced --latency",
                found: "--clock \(options.clock.rawValue) with latency \(latencyName)"
            )
        }
    }
}

extension PolicyContext {
    /// What a policy of this task and robot must fit.
    init(_ setup: TaskSetup) throws(InputError) {
        self.init(
            robot: setup.robot.name,
            controlMode: setup.task.control.mode.rawValue,
            policyRateHz: setup.task.rates.policy,
            actionWidth: try setup.controller().actionWidth,
            translationScale: setup.task.control.scale.translation,
            jointCount: setup.robot.armJointCount,
            cloudPoints: setup.task.cloud?.points ?? 0,
            hasGoal: setup.task.goal != nil,
            hasConveyorEncoder: setup.task.conveyorEncoder != nil,
            rotationScale: setup.task.control.mode == .toolDeltaPose
                ? setup.task.control.scale.rotation : 0,
            cameras: setup.task.cameras.map(\.camera.name)
        )
    }
}
