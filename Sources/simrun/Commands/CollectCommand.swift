import ArgumentParser
import Diagnostics
import Foundation
import Policies
import Recording
import Robots
import Runtime
import Sensing
import Tasks
import Viewer

/// `simrun collect`: demonstrations by the scripted expert, or by a person.
struct CollectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "collect",
        abstract: "Record demonstrations of a task's scripted expert, or of yourself.",
        discussion: """
            Writes robomimic's HDF5 layout, one row per policy step. The expert drives the same \
            loop, controller and safety gate as a policy does, in lockstep. The stored action is \
            the expert's own, before noise and gate; actions_executed is what was sent. Failed \
            episodes are counted and left out unless --keep-failures is given. --noise throws the \
            expert off its way: every demonstration says whether it succeeded and how often the \
            expert was thrown back to an earlier stage (success, recoveries), every step which \
            stage it was at (stage), and mask/success, mask/recovered and mask/failure list the \
            demonstrations of each kind.

            With --teleop a window opens and you drive the tool; its list of keys says how. The \
            world waits for your first command, then keeps real time. Enter ends an episode, then \
            keeps it; Backspace tries the same scene again, N goes on to the next. Closing the \
            window completes the file.
            """
    )

    @Argument(help: "The task's name, or the path of its file.") var task: String
    @Option(help: "Demonstrations to record; with --teleop as many as you like by default.")
    var episodes: Int?
    @Option(help: ArgumentHelp("The file to write.", valueName: "file.hdf5")) var out: String
    @Option(help: "The first seed, 1000000 or more.") var seed: UInt64 = TrainingSeeds.first
    @Option(
        help:
            "Record a learned policy's rollouts instead of the expert's, replanning at every step."
    )
    var policy: String?
    @Option(
        help: ArgumentHelp(
            "Noise on the executed motion, in standard deviations of the action range.",
            valueName: "sigma"
        )
    )
    var noise: Double = 0
    @Option(
        help: ArgumentHelp(
            "How fast the target moves, in metres per second; by default drawn by each seed from"
                + " the task's range.",
            valueName: "speed"
        )
    )
    var targetSpeed: Double?
    @Option(
        help: ArgumentHelp(
            "What to show, in the task's words; by default drawn by each seed.",
            valueName: "text"
        )
    )
    var instruction: String?
    @Option(help: "Seconds to go on after success, so that holding still is shown too.")
    var linger: Double = 0.5
    @Option(help: "Drive the tool yourself: keyboard or gamepad.")
    var teleop: TeleoperationDevice?
    @Option(help: "Teleoperation: the tool's speed in metres per second.")
    var toolSpeed: Double = 0.25
    @Option(help: "Teleoperation: the tool's turning speed in radians per second.")
    var turnSpeed: Double = 1
    @Option(
        help: ArgumentHelp(
            "Teleoperation: the longest an episode may last; people need longer than policies.",
            valueName: "seconds"
        )
    )
    var timeLimit: Double = 60
    @Flag(help: "Store camera images too.") var images = false
    @Flag(inversion: .prefixedNo, help: "Store their depth beside the colours.") var depth = true
    @Flag(help: "Keep failed episodes, marked success = 0.") var keepFailures = false
    @OptionGroup(title: "Where to look") var paths: SearchPaths

    func run() throws {
        try check()
        Interrupt.listen()
        let definition = try TaskLibrary(folders: paths.taskFolders).task(named: task)
        let robot = try RobotLibrary(searchPaths: paths.robotFolders).load(definition.robot)
        let setup = try TaskSetup(task: definition, robot: robot, targetSpeed: targetSpeed)
        let asked = try instruction.map { (text) throws(InputError) in
            try definition.instruction(saying: text)
        }
        if let teleop { return try teleoperate(setup, device: teleop) }
        let plant = try setup.makePlant()
        if let policy {
            let directory = try PolicyLibrary(searchPaths: paths.policyFolders).directory(
                of: policy
            )
            let model = try PolicyShelf.model(directory: directory, format: nil)
            try model.manifest.requireFits(PolicyContext(setup))
            return try collect(setup, plant, asked, by: RolloutPolicy(UNetPolicy(model: model)))
        }
        try collect(setup, plant, asked, by: setup.makeExpert(for: plant, noise: noise))
    }

    private func collect<Brain: Demonstrator>(
        _ setup: TaskSetup,
        _ plant: SimulatedPlant,
        _ asked: InstructionChoice?,
        by policy: Brain
    ) throws {
        let definition = setup.task
        let robot = setup.robot
        var loop = ControlLoop(
            plant: plant,
            policy: policy,
            observation: plant.blankObservation,
            time: MonotonicTime(),
            configuration: LoopConfiguration(
                rate: setup.rate,
                policyHertz: definition.rates.policy,
                clock: .lockstep,
                latency: .free,
                execution: .replan,
                controller: ActionController(try setup.controller()),
                limits: try setup.limits()
            )
        )
        let writer = try DemonstrationWriter(
            path: out,
            environment: definition.name,
            arguments: ["robot": .text(robot.name), "noise": .real(noise)]
                .merging(self.policy.map { ["policy": .text($0)] } ?? [:]) { $1 },
            attributes: attributes(of: setup)
        )
        try record(setup: setup, loop: &loop, instruction: asked, writer: writer)
    }

    private func check() throws(InputError) {
        guard seed >= TrainingSeeds.first else {
            throw InputError(
                key: "--seed",
                expected: "a training seed, \(TrainingSeeds.first) or more",
                found: "\(seed)"
            )
        }
        guard episodes != nil || teleop != nil else {
            throw InputError(
                key: "--episodes",
                expected: "how many demonstrations to record",
                found: "none"
            )
        }
        guard (1...100_000).contains(episodes ?? 1), seed <= UInt64.max - 10_000_000 else {
            throw InputError(
                key: "--episodes",
                expected: "1 to 100000",
                found: "\(episodes ?? 1)"
            )
        }
        guard policy == nil || (teleop == nil && noise == 0) else {
            throw InputError(
                key: "--policy",
                expected: "neither --teleop nor --noise beside it",
                found: teleop != nil ? "--teleop" : "--noise \(noise)"
            )
        }
        guard teleop == nil || instruction == nil else {
            throw InputError(
                key: "--instruction",
                expected: "none beside --teleop, where the seed draws it",
                found: "\(instruction?.prefix(80) ?? "")"
            )
        }
        guard teleop == nil || noise == 0 else {
            throw InputError(
                key: "--noise",
                expected: "none beside --teleop: people bring their own",
                found: "\(noise)"
            )
        }
        guard (0.01...2).contains(toolSpeed), (0.01...10).contains(turnSpeed),
            (1...3600).contains(timeLimit)
        else {
            throw InputError(
                key: "--tool-speed, --turn-speed, --time-limit",
                expected: "0.01 to 2 m/s, 0.01 to 10 rad/s and 1 to 3600 s",
                found: "\(toolSpeed), \(turnSpeed) and \(timeLimit)"
            )
        }
        guard (0...2).contains(noise), (0...60).contains(linger) else {
            throw InputError(
                key: "--noise, --linger",
                expected: "a noise from 0 to 2 and a time from 0 to 60 s",
                found: "\(noise) and \(linger)"
            )
        }
    }

    /// Records until enough episodes are in; gives up when most seeds fail.
    private func record<Brain: Demonstrator>(
        setup: TaskSetup,
        loop: inout ControlLoop<SimulatedPlant, Brain, MonotonicTime>,
        instruction: InstructionChoice?,
        writer: DemonstrationWriter
    ) throws {
        let episodes = episodes ?? 1
        var observer = Unobserved()
        var progress = Progress(total: episodes, quiet: false)
        var failures = 0
        var labels = DemonstrationLabels()
        var next = seed
        while writer.count < episodes {
            if Interrupt.isRequested {
                throw Outcome.interrupted("no file was written")
            }
            guard keepFailures || failures <= episodes + 20 else {
                throw Outcome.fault(
                    "\(policy ?? "the expert") failed \(failures) of \(next - seed) seeds;"
                        + " --keep-failures keeps them",
                    lastTicks: []
                )
            }
            let table = try DemonstrationEpisode.record(
                seed: next,
                targetSpeed: targetSpeed,
                instruction: instruction,
                setup: setup,
                loop: &loop,
                ending: DemonstrationEpisode.Ending(
                    linger: .seconds(linger),
                    timeLimit: setup.task.timeLimit
                ),
                keepsImages: images,
                keepsDepth: depth,
                observer: &observer
            )
            next += 1
            let succeeded = loop.plant.status.succeededAt != nil
            if !succeeded { failures += 1 }
            if succeeded || keepFailures {
                labels.add(
                    writer.count,
                    success: succeeded,
                    recoveries: loop.policy.progress?.recoveries ?? 0
                )
                try writer.append(table)
            }
            progress.show(writer.count)
        }
        progress.clear()
        try writer.finish(filters: labels.filters)
        Console.line(
            "\(out): \(writer.count) demonstrations of \(setup.task.name), \(writer.total) steps,"
                + " seeds \(seed) to \(next - 1), \(failures) failed"
                + (keepFailures ? " and kept" : " and left out")
                + ", \(labels.recovered) recovered"
        )
    }

    /// A person's demonstrations, through a window.
    private func teleoperate(_ setup: TaskSetup, device: TeleoperationDevice) throws {
        let path = out
        try WholeFile.check(path)
        let environment = setup.task.name
        let arguments: [String: AttributeValue] = ["robot": .text(setup.robot.name)]
        var attributes = attributes(of: setup)
        attributes["operator"] = .text(device.rawValue)
        attributes["operator_speed_m_per_s"] = .real(toolSpeed)
        attributes["operator_turn_speed_rad_per_s"] = .real(turnSpeed)
        attributes["time_limit_s"] = .real(timeLimit)
        let whole = attributes
        let run = try TeleoperationRun(
            setup: setup,
            options: SessionOptions(
                seed: seed,
                episodes: episodes,
                timeLimit: .seconds(timeLimit),
                linger: .seconds(linger),
                targetSpeed: targetSpeed,
                keepsImages: images,
                operatorName: device.rawValue,
                speed: toolSpeed,
                turnSpeed: turnSpeed
            ),
            device: device
        ) {
            try DemonstrationWriter(
                path: path,
                environment: environment,
                arguments: arguments,
                attributes: whole
            )
        }
        let tally = try run.run()
        guard tally.kept > 0 else {
            throw Outcome.interrupted("no demonstration was kept, no file was written")
        }
        Console.line(
            "\(out): \(tally.kept) demonstrations of \(setup.task.name) by \(device.rawValue),"
                + " seeds from \(seed), \(tally.discarded) discarded"
        )
        guard tally.kept < episodes ?? 0 else { return }
        throw Outcome.interrupted("\(tally.kept) of \(episodes ?? 0) demonstrations were kept")
    }

    /// What rebuilds an episode from its seed, and what training must know.
    private func attributes(of setup: TaskSetup) -> [String: AttributeValue] {
        let task = setup.task
        var attributes: [String: AttributeValue] = [
            "task": .text(task.name),
            "task_hash": .text(task.hash),
            "robot": .text(setup.robot.name),
            "simrun_version": .text(Version.current),
            "command": .text(CommandLine.arguments.dropFirst().joined(separator: " ")),
            "control_mode": .text(task.control.mode.rawValue),
            "translation_scale_m": .real(task.control.scale.translation),
            "policy_rate_hz": .real(task.rates.policy),
            "control_rate_hz": .real(setup.rate.hertz),
            "physics_rate_hz": .real(setup.rate.physicsHertz),
            "noise": .real(noise),
            "first_seed": .unsigned(seed),
            "state_features": .text(DemonstrationEpisode.stateFeatures(of: task)),
        ]
        if task.control.mode == .toolDeltaPose {
            attributes["rotation_scale_rad"] = .real(task.control.scale.rotation)
        }
        if let cloud = task.cloud {
            let low = cloud.workspace.minimum
            let high = cloud.workspace.maximum
            attributes["workspace"] = .reals([low.x, low.y, low.z, high.x, high.y, high.z])
        }
        return attributes
    }
}

/// Which demonstrations are of which quality.
private struct DemonstrationLabels {
    private(set) var filters: [String: [Int]] = [:]

    mutating func add(_ index: Int, success: Bool, recoveries: Int) {
        filters[success ? "success" : "failure", default: []].append(index)
        if success, recoveries > 0 { filters["recovered", default: []].append(index) }
    }

    /// How many succeeded after they were thrown back.
    var recovered: Int { filters["recovered"]?.count ?? 0 }
}
