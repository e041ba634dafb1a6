import Diagnostics
import Policies
import Robots
import Runtime
import Serving

/// Everything a run in an outside world rests on, checked before the first episode.
struct PlantPlan {
    let options: PlantOptions
    let description: PlantDescription
    let choice: ActorChoice
    let configuration: LoopConfiguration

    init(options: PlantOptions, description: PlantDescription) throws(InputError) {
        self.options = options
        self.description = description
        let choice = try ActorChoice(
            named: options.policy,
            network: options.network,
            paths: options.paths,
            clock: options.clock
        ) { PolicyContext(description) }
        self.choice = choice
        if case .expert = choice.actor, !description.hasExpert {
            throw InputError(
                key: "--policy",
                expected: "a policy: the world \(description.world) has no expert of its own",
                found: "expert"
            )
        }
        let strategy = try choice.strategy(options.execute)
        guard strategy != .rollforward else {
            throw InputError(
                key: "--execute",
                expected: "a strategy that needs no model of the robot",
                found: strategy.description
            )
        }
        configuration = LoopConfiguration(
            rate: description.rate,
            policyHertz: description.rate.hertz,
            clock: options.clock,
            latency: try LatencyArgument.source(options.latency ?? "measured"),
            execution: strategy,
            controller: ActionController(DirectController(width: description.actionNames.count)),
            limits: .none,
            hasPlanningThread: options.clock == .wall && !choice.actor.seesTheWorld,
            planningWish: RealTimeWish(priority: 40, locksMemory: false, core: .any),
            patience: try options.span(options.patience, key: "--patience")
        )
        if options.gates.ci, !configuration.isReproducible {
            throw InputError(
                key: "--ci",
                expected: "--clock lockstep, or a fixed, free or traced --latency",
                found: "--clock \(options.clock.rawValue) with latency \(latencyName)"
            )
        }
        if choice.actor.seesTheWorld, options.clock == .wall, strategy.plansBeside {
            throw InputError(
                key: "--execute",
                expected: "a strategy that waits for its plans: the expert reads the world itself",
                found: strategy.description
            )
        }
    }

    private var latencyName: String {
        options.clock == .charged ? options.latency ?? "measured" : "none"
    }

    /// What reports say above the figures; a world and its robot have no hash here.
    var heading: RunHeading {
        RunHeading(
            task: description.world,
            robot: description.robot,
            policy: choice.name,
            hashes: TaskReport.Hashes(task: "", robot: "", policy: choice.hash, critic: nil),
            configuration: configuration,
            latency: latencyName
        )
    }
}

extension PolicyContext {
    /// What a policy of an outside world must fit.
    init(_ description: PlantDescription) {
        func width(_ part: ObservationField.Part) -> Int {
            description.fields.first { $0.part == part }?.width ?? 0
        }
        self.init(
            robot: description.robot,
            controlMode: description.controlMode,
            policyRateHz: description.rate.hertz,
            actionWidth: description.actionNames.count,
            translationScale: description.translationScale,
            jointCount: max(width(.jointPositions), width(.jointVelocities)),
            cloudPoints: width(.pointCloud),
            hasGoal: width(.goal) > 0,
            hasConveyorEncoder: width(.conveyorSpeed) > 0
        )
    }
}
