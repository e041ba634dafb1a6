import ArgumentParser
import Bridge
import Diagnostics
import Foundation
import Recording
import Robots
import Runtime
import Tasks

/// `simrun arm record`: demonstrations on a real arm.
struct RecordArm: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "record",
        abstract: "Record demonstrations on an arm: by a leader in your hand, or by a policy.",
        discussion: """
            Writes what `simrun collect` writes, robomimic's HDF5 layout, and with --record one MCAP \
            an episode. An episode ends at s Enter (success), f Enter (none), at the mirrored scene's \
            success or at the time limit; then the arm goes home, and Enter begins the next. Enter \
            alone stops the arm while it moves. Failed episodes are kept, marked success = 0.
            """
    )

    @OptionGroup var arm: ArmOptions
    @OptionGroup var leader: LeaderOptions
    @OptionGroup var options: ArmRunOptions
    @Option(help: "Episodes to record.") var episodes: Int
    @Option(help: ArgumentHelp("The file to write.", valueName: "file.hdf5")) var out: String
    @Option(help: "The longest an episode may last, in seconds; the task's own by default.")
    var timeLimit: Double?
    @Flag(help: "Begin each episode without asking.") var unattended = false
    @OptionGroup(title: "Where to look") var paths: SearchPaths

    func run() throws {
        try check()
        let limits = try options.limits()
        let base = try options.plan(robot: arm.robot, paths)
        let isLed = leader.leaderPort != nil
        let first = try isLed ? base.led(longest: longest, isReal: true) : base
        let cameras = try CameraSources(options.camera, task: first.setup.task)
        try cameras.require(for: first)
        try WholeFile.check(out)
        let connection = try arm.connect(first.setup.robot)
        connection.advice.forEach(Console.errorText)
        Interrupt.listen()
        let hand = try Outcome.onTheBus {
            try leader.connect(follower: first.setup.robot, paths)
        }
        let writer = try DemonstrationWriter(
            path: out,
            environment: first.setup.task.name,
            arguments: ["robot": .text(first.setup.robot.name)],
            attributes: attributes(of: first, cameras)
        )
        var (successes, failures): ([Int], [Int]) = ([], [])
        for index in 0..<episodes where !Interrupt.isRequested {
            guard unattended || isReady(index) else { break }
            var plan = first
            plan.options.seed = firstSeed + UInt64(index)
            let run = ArmRun(
                plan: plan,
                connection: connection,
                cameras: cameras,
                limits: limits,
                isDry: false,
                stopFile: options.stopFile,
                paths: paths,
                leader: hand,
                demonstrations: writer,
                takesLabels: true,
                parks: true
            )
            let before = writer.count
            let (result, _) = try Outcome.onTheBus { try run.run() }
            guard writer.count > before, let episode = result.episodes.first else { break }
            if episode.result.success { successes.append(before) } else { failures.append(before) }
            Console.errorText(
                "kept demonstration \(writer.count), "
                    + (episode.result.success ? "success" : "no success")
                    + " (\(episode.result.endReason.rawValue))"
            )
        }
        guard writer.count > 0 else {
            throw Outcome.interrupted("no demonstration was kept, no file was written")
        }
        try writer.finish(filters: ["success": successes, "failure": failures])
        Console.line(
            "\(out): \(writer.count) demonstrations of \(first.setup.task.name) on"
                + " \(first.setup.robot.name), \(writer.total) steps, \(successes.count) successes"
        )
        guard writer.count == episodes else {
            throw Outcome.interrupted("\(writer.count) of \(episodes) demonstrations were kept")
        }
    }

    /// The first training seed where none is given.
    private var firstSeed: UInt64 { options.seed == 0 ? TrainingSeeds.first : options.seed }

    private var longest: TimeSpan? { timeLimit.map { TimeSpan.seconds($0) } }

    private func check() throws(InputError) {
        guard (1...100_000).contains(episodes) else {
            throw InputError(key: "--episodes", expected: "1 to 100000", found: "\(episodes)")
        }
        guard firstSeed >= TrainingSeeds.first, firstSeed <= UInt64.max - 1_000_000 else {
            throw InputError(
                key: "--seed",
                expected: "a training seed, \(TrainingSeeds.first) or more",
                found: "\(firstSeed)"
            )
        }
        guard !options.dryRun, !options.json else {
            throw InputError(
                key: "--dry-run, --json",
                expected: "neither beside record",
                found: "one"
            )
        }
        guard (leader.leaderPort != nil) != (options.policy != nil) else {
            throw InputError(
                key: "--leader-port, --policy",
                expected: "a leader or a policy to act",
                found: options.policy == nil ? "neither" : "both"
            )
        }
        if let timeLimit, !(1...3600).contains(timeLimit) {
            throw InputError(key: "--time-limit", expected: "1 to 3600 s", found: "\(timeLimit) s")
        }
    }

    /// Waits for Enter before an episode.
    private func isReady(_ index: Int) -> Bool {
        Console.errorText(
            "episode \(index + 1) of \(episodes): put things in their places, then press Enter"
        )
        while !Interrupt.isRequested {
            var input = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
            guard poll(&input, 1, 50) > 0 else { continue }
            var letters = [UInt8](repeating: 0, count: 256)
            return read(STDIN_FILENO, &letters, letters.count) > 0
        }
        return false
    }

    private func attributes(
        of plan: RunPlan,
        _ cameras: CameraSources
    ) -> [String: AttributeValue] {
        let task = plan.setup.task
        return [
            "task": .text(task.name),
            "task_hash": .text(task.hash),
            "robot": .text(plan.setup.robot.name),
            "plant": .text("arm"),
            "mirrored_cameras": .text(cameras.mirrored.joined(separator: ",")),
            "operator": .text(leader.leaderPort == nil ? plan.policyName : "leader"),
            "simrun_version": .text(Version.current),
            "command": .text(CommandLine.arguments.dropFirst().joined(separator: " ")),
            "control_mode": .text(task.control.mode.rawValue),
            "translation_scale_m": .real(task.control.scale.translation),
            "policy_rate_hz": .real(task.rates.policy),
            "control_rate_hz": .real(plan.setup.rate.hertz),
            "physics_rate_hz": .real(plan.setup.rate.physicsHertz),
            "noise": .real(0),
            "first_seed": .unsigned(firstSeed),
            "state_features": .text(DemonstrationEpisode.stateFeatures(of: task)),
        ]
    }
}
