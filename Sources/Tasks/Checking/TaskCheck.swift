public import Diagnostics
import Robots
import Runtime
import Sensing
import Spatial

/// What a task file can get wrong although it is well formed: tried out on its robot.
///
/// Reading checks form; this checks sense. Each problem names the line and the cure.
public struct TaskCheck: Sendable {
    /// What is wrong, in file order of the checks.
    public private(set) var problems: [InputError] = []
    /// What was tried and how it went, in words, for people.
    public private(set) var notes: [String] = []

    /// Seeds whose starts are drawn, and those whose scenes are built and left to settle.
    static let drawnSeeds: UInt64 = 200
    static let settledSeeds: UInt64 = 9

    /// Tries everything out.
    ///
    /// - Throws: ``Diagnostics/InputError`` for starts that cannot be drawn at all.
    public init(setup: TaskSetup) throws(InputError) {
        problems += SensorPace.problems(of: setup.task)
        for seed in 0..<Self.drawnSeeds { _ = try ScenePlacement(task: setup.task, seed: seed) }
        notes.append("starts: \(Self.drawnSeeds) seeds drawn")
        let reach = ReachCheck(setup: setup)
        problems += reach.problems
        notes.append(
            "reach: \(reach.pointCount) points tried, \(reach.problems.count) out of reach"
        )
        var settling = SettlingCheck(setup: setup)
        for seed in 0..<Self.settledSeeds { try settling.drop(seed: seed) }
        problems += settling.problems
        notes += settling.notes
    }
}

/// Whether sensors keep up with the task.
enum SensorPace {
    static func problems(of task: TaskDefinition) -> [InputError] {
        var problems: [InputError] = []
        for (camera, place) in zip(task.cameras, task.lines.cameras) {
            if let rate = camera.timing.rateHertz, rate < task.rates.policy - 1e-9 {
                problems.append(
                    place.error(
                        "rate",
                        expected: "at least the policy's \(task.rates.policy) Hz, or the policy"
                            + " plans on old pictures",
                        found: "\(rate) Hz"
                    )
                )
            }
            if camera.timing.delay >= task.timeLimit {
                problems.append(
                    place.error(
                        "delay",
                        expected: "less than the time limit of \(task.timeLimit.seconds) s",
                        found: "\(camera.timing.delay.seconds) s"
                    )
                )
            }
        }
        return problems
    }
}

extension YAMLPlace {
    /// An error at a key below this place, on the place's line.
    func error(_ key: String, expected: String, found: String) -> InputError {
        var error = error(expected: expected, found: found)
        error.key = (self.key.map { $0 + "." } ?? "") + key
        return error
    }
}
