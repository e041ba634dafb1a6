import ArgumentParser
import Diagnostics
import Foundation
import Recording
import Robots
import Runtime
import Sensing
import Tasks

/// `simrun collect`: demonstrations by the scripted expert.
struct CollectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "collect",
        abstract: "Record demonstrations of a task's scripted expert.",
        discussion: """
            Writes robomimic's HDF5 layout, one row per policy step. The expert drives the same \
            loop, controller and safety gate as a policy does, in lockstep. The stored action is \
            the expert's own, before noise and gate; actions_executed is what was sent. Failed \
            episodes are counted and left out unless --keep-failures is given. --noise throws the \
            expert off its way: every demonstration says whether it succeeded and how often the \
            expert was thrown back to an earlier stage (success, recoveries), every step which \
            stage it was at (stage), and mask/success, mask/recovered and mask/failure list the \
            demonstrations of each kind.
            """
    )

    @Argument(help: "The task's name, or the path of its file.") var task: String
    @Option(help: "Demonstrations to record.") var episodes: Int
    @Option(help: ArgumentHelp("The file to write.", valueName: "file.hdf5")) var out: String
    @Option(help: "The first seed, 1000000 or more.") var seed: UInt64 = TrainingSeeds.first
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
    @Option(help: "Seconds to go on after success, so that holding still is shown too.")
    var linger: Double = 0.5
    @Flag(help: "Store camera images too.") var images = false
    @Flag(help: "Keep failed episodes, marked success = 0.") var keepFailures = false
    @OptionGroup(title: "Where to look") var paths: SearchPaths

    func run() throws {
        try check()
        Interrupt.listen()
        let definition = try TaskLibrary(folders: paths.taskFolders).task(named: task)
        let robot = try RobotLibrary(searchPaths: paths.robotFolders).load(definition.robot)
        let setup = try TaskSetup(task: definition, robot: robot, targetSpeed: targetSpeed)
        let plant = try setup.makePlant()
        var loop = ControlLoop(
            plant: plant,
            policy: try setup.makeExpert(for: plant, noise: noise),
            observation: plant.blankObservation,
            time: MonotonicTime(),
            configuration: LoopConfiguration(
                rate: setup.rate,
                policyHertz: definition.rates.policy,
                clock: .lockstep,
                latency: .free,
                execution: .replan,
                controller: try setup.controller(),
                limits: try setup.limits()
            )
        )
        let writer = try DemonstrationWriter(
            path: out,
            environment: definition.name,
            arguments: ["robot": .text(robot.name), "noise": .real(noise)],
            attributes: attributes(of: setup)
        )
        try record(setup: setup, loop: &loop, writer: writer)
    }

    private func check() throws(InputError) {
        guard seed >= TrainingSeeds.first else {
            throw InputError(
                key: "--seed",
                expected: "a training seed, \(TrainingSeeds.first) or more",
                found: "\(seed)"
            )
        }
        guard (1...100_000).contains(episodes), seed <= UInt64.max - 10_000_000 else {
            throw InputError(key: "--episodes", expected: "1 to 100000", found: "\(episodes)")
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
    private func record(
        setup: TaskSetup,
        loop: inout ControlLoop<SimulatedPlant, ExpertPolicy, MonotonicTime>,
        writer: DemonstrationWriter
    ) throws {
        var progress = Progress(total: episodes, quiet: false)
        var failures = 0
        var labels = DemonstrationLabels()
        var next = seed
        while writer.count < episodes {
            if Interrupt.isRequested {
                throw Outcome.interrupted("no file was written")
            }
            guard failures <= episodes + 20 else {
                throw Outcome.fault(
                    "the expert failed \(failures) of \(failures + writer.count) seeds",
                    lastTicks: []
                )
            }
            let table = try DemonstrationEpisode.record(
                seed: next,
                targetSpeed: targetSpeed,
                setup: setup,
                loop: &loop,
                linger: .seconds(linger),
                keepsImages: images
            )
            next += 1
            let succeeded = loop.plant.status.succeededAt != nil
            if !succeeded { failures += 1 }
            if succeeded || keepFailures {
                labels.add(writer.count, success: succeeded, recoveries: loop.policy.recoveries)
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
