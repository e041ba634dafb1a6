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
        let name = options.policy ?? task.policy
        // Read whoever acts: a wrong name is a wrong name.
        let format = try options.network.format()
        var execution = "replan"
        var horizon = 1
        let latency = try LatencyArgument.source(options.latency ?? "measured")
        switch name {
        case "expert":
            actor = .expert
            policyName = "expert"
        case "random":
            actor = .random
            policyName = "random"
        case let name where name.contains("://"):
            let server = try RemoteServer(named: name)
            try server.requireFits(PolicyContext(setup))
            actor = .remote(server)
            policyName = server.description.policy ?? name
            policyHash = server.description.sha256
            execution = server.description.execute ?? execution
            horizon = server.shape.horizon
        default:
            let library = PolicyLibrary(searchPaths: options.paths.policyFolders)
            let directory = try library.directory(of: name)
            if try PolicyLibrary.isDiscreteDiffusion(directory) {
                let policy = try Self.language(directory, format, latency, setup, options)
                actor = .language(policy)
                policyName = policy.model.manifest.name
                policyHash = policy.model.manifest.weights.sha256
                execution = policy.model.manifest.execute
                horizon = policy.model.network.shape.horizon
                break
            }
            let model = try PolicyShelf.model(directory: directory, format: format)
            try options.network.requireFits(model, clock: options.clock)
            try model.manifest.requireFits(PolicyContext(setup))
            actor = .network(model)
            policyName = model.manifest.name
            policyHash = model.manifest.weights.sha256
            execution = model.manifest.execute
            horizon = model.manifest.plannedActions
        }
        if case .language = actor {} else { try options.decoding.requireNone(policyName) }
        let strategy = try ExecuteArgument.strategy(
            options.execute ?? execution,
            horizon: horizon,
            key: options.execute == nil ? "policy.json execution" : "--execute"
        )
        drill = try options.drill.map { (text) throws(InputError) in try PolicyDrill(text) }
        latencyName = options.clock == .charged ? options.latency ?? "measured" : "none"
        configuration = LoopConfiguration(
            rate: setup.rate,
            policyHertz: task.rates.policy,
            clock: options.clock,
            latency: latency,
            execution: strategy,
            controller: try setup.controller(),
            limits: try setup.limits(),
            hasPlanningThread: options.clock == .wall && !actor.seesTheWorld,
            // Under the loop's priority: on one processor the loop goes first.
            planningWish: RealTimeWish(priority: 40, locksMemory: false, core: .any),
            patience: try Self.patience(options.patience)
        )
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

    private static func patience(_ text: String) throws(InputError) -> TimeSpan {
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
