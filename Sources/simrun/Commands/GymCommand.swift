import ArgumentParser
import Diagnostics
import Robots
import Runtime
import Serving
import Spatial
import Tasks

/// `simrun gym`: a task of ours for an agent in another process.
struct GymCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gym",
        abstract: "Let an agent in another process act in a task, its thinking time charged.",
        discussion: """
            What simrun.env of the Python package starts: it connects to the address that is printed, \
            asks for an episode, and sends an action for each observation. docs/plants.md has the \
            messages.
            """
    )

    @OptionGroup var options: GymOptions

    func run() throws {
        Interrupt.listen()
        let plan = try options.plan()
        let plant = try plan.setup.makePlant()
        let width = plan.configuration.controller.actionWidth
        let fields = try GymMetadata.fields(plan.setup, plant.blankObservation)
        var door = try options.door.serverOptions()
        door.metadata = GymMetadata.message(plan, fields: fields)
        let turns = TurnLink { Interrupt.isRequested }
        let server = try PolicyServer(
            options: door,
            certificate: try options.door.serverCertificate(),
            log: { Console.errorText($0) }
        ) {
            TurnSession(turns)
        }
        Console.line(
            "serving the task \(plan.setup.task.name) at \(options.door.address(port: server.port))"
        )
        let link = AgentLink(turns, fields: fields, actionWidth: width)
        defer {
            link.finish()
            server.drain(within: .seconds(2))
        }
        try GymSession(plan: plan, link: link).run(plant: plant)
        if Interrupt.isRequested { throw Outcome.interrupted("the agent was let go") }
    }
}

/// What `simrun gym` is told about the loop.
struct GymOptions: ParsableArguments {
    @Argument(help: "The task's name, or the path of its file.")
    var task: String

    @Option(help: "A robot's name or directory; the task's own by default.")
    var robot: String?

    @Option(name: [.long, .customLong("fps")], help: "Control rate in hertz.")
    var rate: Double?

    @Option(help: "How world time and thinking time relate: lockstep or charged.")
    var clock: LoopClock = .charged

    @Option(help: "What is charged: measured, free, a time such as 6.8ms, or trace:FILE.")
    var latency: String?

    @Option(help: "When an episode ends: success or time-limit.")
    var until: StopRule?

    @OptionGroup(title: "Where it listens")
    var door: DoorOptions

    @OptionGroup(title: "Where to look")
    var paths: SearchPaths

    /// The task's run, loaded and checked; its own policy is not.
    func plan() throws -> RunPlan {
        guard clock != .wall else {
            throw InputError(
                key: "--clock",
                expected: "lockstep or charged: an environment waits for its agent",
                found: "wall"
            )
        }
        var words = [
            "--policy=expert", "--clock=\(clock.rawValue)", "--execute=replan", "--episodes=1",
        ]
        if let robot { words.append("--robot=\(robot)") }
        if let rate { words.append("--rate=\(rate)") }
        if let latency { words.append("--latency=\(latency)") }
        if let until { words.append("--until=\(until.rawValue)") }
        words += paths.flags + ["--", task]
        return try RunPlan(options: try TaskOptions.parse(words), arguments: words)
    }
}

/// What an agent is told before its first episode.
enum GymMetadata {
    static func message(_ plan: RunPlan, fields: [ObservationField]) -> MessagePackValue {
        let task = plan.setup.task
        let observed = ServerDescription(
            policy: nil,
            sha256: nil,
            task: task.name,
            robot: plan.setup.robot.name,
            controlMode: task.control.mode.rawValue,
            policyHertz: plan.configuration.schedule.policyHertz,
            execute: nil,
            actionNames: nil,
            shape: PolicyShape(
                horizon: 1,
                actionWidth: plan.configuration.controller.actionWidth
            ),
            fields: fields
        ).metadata
        guard case .map(let entries) = observed else { preconditionFailure("a map") }
        return .map(
            entries + [
                .init("simrun", .string("gym")), .init("protocol", .integer(1)),
                .init("time_limit_s", .real(task.timeLimit.seconds)),
            ]
        )
    }

    /// What the task observes, pictures apart.
    static func fields(
        _ setup: TaskSetup,
        _ blank: Observation
    ) throws(InputError) -> [ObservationField] {
        var fields = [
            try ObservationField(.toolPosition, width: 3),
            try ObservationField(.gripperOpening, width: 1),
            try ObservationField(.jointPositions, width: setup.robot.armJointCount),
            try ObservationField(.jointVelocities, width: setup.robot.armJointCount),
        ]
        if setup.task.goal != nil { fields.append(try ObservationField(.goal, width: 3)) }
        if blank.conveyorSpeed != nil {
            fields.append(try ObservationField(.conveyorSpeed, width: 1))
        }
        if blank.cloud.capacity > 0 {
            fields.append(try ObservationField(.pointCloud, width: blank.cloud.capacity))
        }
        return fields
    }
}
