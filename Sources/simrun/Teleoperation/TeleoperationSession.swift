import Diagnostics
import Policies
import Recording
import Robots
import Runtime
import Tasks
import Viewer

/// What a session is told.
struct SessionOptions {
    var seed: UInt64
    /// Demonstrations to keep; nil for as many as the operator likes.
    var episodes: Int?
    var timeLimit: TimeSpan
    var linger: TimeSpan
    var targetSpeed: Double?
    var keepsImages = false
    /// The device, as attributes name it.
    var operatorName: String
    /// The tool's fastest motion in metres per second, and turning in radians per second.
    var speed = 0.25
    var turnSpeed = 1.0
}

/// What came of a session.
struct SessionTally: Equatable {
    var kept = 0
    var discarded = 0
    /// The seed after the last scene.
    var nextSeed: UInt64
}

/// A person records demonstrations: scenes in the order of their seeds, each until it is kept or
/// skipped.
///
/// The world waits for the first command of an episode and then keeps real time, in lockstep, so a
/// person's speed is the only clock. Belongs to one thread, the loop's.
struct TeleoperationSession<Source: CommandSource, Time: TimeSource> {
    private typealias Loop = ControlLoop<SimulatedPlant, TeleoperationPolicy, MonotonicTime>

    private let setup: TaskSetup
    private let options: SessionOptions
    private var watch: OperatorWatch<Source, Time>
    private var loop: Loop

    init(
        setup: TaskSetup,
        options: SessionOptions,
        link: OperatorLink,
        publisher: ViewPublisher,
        controls: ViewControls,
        source: Source,
        time: Time,
        tell: @escaping (String) -> Void = { _ in }
    ) throws(InputError) {
        self.setup = setup
        self.options = options
        watch = OperatorWatch(
            link: link,
            publisher: publisher,
            controls: controls,
            source: source,
            time: time,
            tell: tell
        )
        let plant = try setup.makePlant()
        loop = ControlLoop(
            plant: plant,
            policy: try TeleoperationPolicy(
                link: link,
                mode: setup.task.control.mode,
                scale: setup.task.control.scale,
                policyHertz: setup.task.rates.policy,
                speed: options.speed,
                turnSpeed: options.turnSpeed,
                closingAction: setup.robot.gripper?.action(forOpening: 0) ?? 1
            ),
            observation: plant.blankObservation,
            time: MonotonicTime(),
            configuration: LoopConfiguration(
                rate: setup.rate,
                policyHertz: setup.task.rates.policy,
                clock: .lockstep,
                latency: .free,
                execution: .replan,
                controller: ActionController(try setup.controller()),
                limits: try setup.limits()
            )
        )
    }

    /// Records until enough are kept or the operator ends the session.
    ///
    /// - Parameter keep: Takes a demonstration that the operator keeps.
    mutating func record(keep: (EpisodeTable) throws -> Void) throws -> SessionTally {
        var tally = SessionTally(nextSeed: options.seed)
        while tally.kept < options.episodes ?? .max, !watch.isQuitting {
            watch.prepare(seed: tally.nextSeed)
            let table = try recordEpisode(seed: tally.nextSeed)
            switch watch.verdict(on: &loop, steps: table.stepCount) {
            case .accept:
                try keep(table)
                tally.kept += 1
                tally.nextSeed += 1
            case .discard:
                tally.discarded += 1
            case .skip:
                tally.discarded += 1
                tally.nextSeed += 1
            case nil:
                break
            }
        }
        return tally
    }

    private mutating func recordEpisode(seed: UInt64) throws -> EpisodeTable {
        try DemonstrationEpisode.record(
            seed: seed,
            targetSpeed: options.targetSpeed,
            setup: setup,
            loop: &loop,
            ending: DemonstrationEpisode.Ending(
                linger: options.linger,
                timeLimit: options.timeLimit
            ),
            keepsImages: options.keepsImages,
            attributes: ["operator": .text(options.operatorName)],
            observer: &watch
        )
    }
}
