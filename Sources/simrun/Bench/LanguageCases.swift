import Diagnostics
import Inference
import Policies
import Robots
import Runtime

/// Plans of a discrete-diffusion policy: each from pictures of its own, under words that stay.
///
/// `rN` is a plan of N rounds, `whole` one round with everything taken in anew.
struct LanguageCases {
    /// What the rows are called.
    var name: String
    var directory: String
    var format: WeightFormat

    private static let rounds = [1, 2, 4, 6, 8, 12]

    func cases() -> [BenchCase] {
        Self.rounds.map { rounds in
            BenchCase(name: "policy/\(name)/r\(rounds)", dtype: format.rawValue) {
                try work(rounds: rounds, keepsWords: true)
            }
        } + [
            BenchCase(name: "policy/\(name)/whole", dtype: format.rawValue) {
                try work(rounds: 1, keepsWords: false)
            }
        ]
    }

    private func work(rounds: Int, keepsWords: Bool) throws -> BenchWork {
        let model = try DiscreteDiffusionModel(directory: directory, format: format)
        let statistics = model.manifest.statistics[0]
        var settings = model.manifest.decoder
        settings.rounds = rounds
        let policy = try DiscreteDiffusionPolicy(
            model: model,
            statistics: statistics,
            settings: settings,
            time: PreciseTime()
        )
        let words = model.vocabulary.words
        let texts = (0..<2).map { start in
            (0..<min(8, model.network.shape.words)).map { words[($0 + start) % words.count] }
                .joined(separator: " ")
        }
        var observation = Self.observation(of: statistics)
        let shape = policy.shape
        var chunk = ActionChunk(horizon: shape.horizon, width: shape.actionWidth)
        var calls = 0
        policy.reset(seed: 0)
        return BenchWork(
            phases: model.phases(rounds: rounds, views: statistics.views.count),
            format: format
        ) {
            calls += 1
            observation.instruction = texts[keepsWords ? 0 : calls % 2]
            for view in observation.frames.indices {
                observation.frames[view].rgb[calls % observation.frames[view].rgb.count] &+= 1
            }
            try policy.plan(observation, into: &chunk)
        }
    }

    /// Pictures of no meaning, of the size that tasks have.
    private static func observation(of statistics: EmbodimentStatistics) -> Observation {
        let joints = statistics.features.first { $0.name == .jointPositions }?.width ?? 0
        let frames = statistics.views.map { CameraFrame(name: $0, width: 128, height: 128) }
        var observation = Observation(jointCount: joints, cloudPoints: 0, frames: frames)
        observation.goal = .zero
        observation.conveyorSpeed = 0
        for view in observation.frames.indices {
            for i in observation.frames[view].rgb.indices {
                observation.frames[view].rgb[i] = UInt8(truncatingIfNeeded: i &* 7 &+ view)
            }
        }
        return observation
    }
}
