import ArgumentParser
import Diagnostics
import Foundation
import Runtime
import Tasks

/// What commands that evaluate one policy many times are told: who, on what, how often.
struct EvaluationOptions: ParsableArguments {
    @Argument(help: "The task's name, or the path of its file.")
    var task: String

    @Option(help: "A shipped policy, a policy directory, expert or random.")
    var policy: String?

    @Option(help: "A robot's name or directory; the task's own by default.")
    var robot: String?

    @Option(help: "The first seed; every episode i uses seed SEED + i, so results are paired.")
    var seed: UInt64 = 0

    @Option(
        name: [.long, .customLong("fps")],
        help: "Control rate in hertz; the physics timestep is derived from it."
    )
    var rate: Double?

    @OptionGroup(title: "Where to look")
    var paths: SearchPaths

    /// A loaded plan for `episodes` episodes.
    ///
    /// - Parameters:
    ///   - episodes: How many.
    ///   - further: Flags of `simrun task` besides, such as `["--clock", "lockstep"]`.
    func plan(episodes: Int, _ further: [String] = []) throws -> RunPlan {
        guard (1...1_000_000).contains(episodes) else {
            throw InputError(key: "--episodes", expected: "1 to 1000000", found: "\(episodes)")
        }
        var arguments = ["--episodes", "\(episodes)", "--seed", "\(seed)"] + further
        if let policy { arguments += ["--policy=\(policy)"] }
        if let robot { arguments += ["--robot=\(robot)"] }
        if let rate { arguments += ["--rate", "\(rate)"] }
        arguments += paths.flags + ["--", task]
        return try RunPlan(options: try TaskOptions.parse(arguments), arguments: arguments)
    }

    /// Says when some of `episodes` seeds are for training data.
    func warnOfTrainingSeeds(episodes: Int) {
        TrainingSeeds.warn(seed: seed, episodes: episodes)
    }
}

extension TrainingSeeds {
    /// Says when some of `episodes` seeds from `seed` on are for training data.
    static func warn(seed: UInt64, episodes: Int) {
        guard seed + UInt64(episodes) > first else { return }
        Console.errorText("simrun: warning: seeds from \(first) up are training seeds")
    }
}

/// How many episodes run side by side.
struct JobsOption: ParsableArguments {
    @Option(help: "Episodes side by side; as many as there are cores by default.")
    var jobs: Int?

    /// The checked number.
    func count() throws(InputError) -> Int {
        let count = jobs ?? ProcessInfo.processInfo.activeProcessorCount
        guard (1...256).contains(count) else {
            throw InputError(key: "--jobs", expected: "1 to 256", found: "\(count)")
        }
        return count
    }
}
