import Diagnostics
import Inference
import Policies
import Runtime
import Tasks

/// Whole plans of policies: one observation packed and encoded, the earlier ones kept, then all
/// candidates, each from noise of its own.
struct PolicyCases {
    /// Candidates of one observation.
    static let candidates = [1, 8, 32, 50]

    var paths: SearchPaths
    /// Names or directories.
    var policies: [String]
    var formats: [WeightFormat]
    var threads: Int

    /// Every policy in every format at every number of candidates.
    ///
    /// - Throws: `InputError` for an unknown policy, or if two threads are asked for and no policy
    ///   is big enough.
    func cases() throws(InputError) -> [BenchCase] {
        let library = PolicyLibrary(searchPaths: paths.policyFolders)
        var cases: [BenchCase] = []
        var largest = 0
        for policy in policies {
            let card = try library.card(of: policy)
            largest = max(largest, card.parameters)
            guard threads == 1 || card.parameters >= NetworkOptions.leastParameters else {
                continue
            }
            let name = policy.split(separator: "/").last.map(String.init) ?? policy
            if card.architecture == DiscreteDiffusionManifest.architecture {
                cases += formats.flatMap {
                    LanguageCases(name: name, directory: card.directory, format: $0).cases()
                }
                continue
            }
            for format in formats {
                for count in Self.candidates {
                    cases.append(
                        BenchCase(name: "policy/\(name)/b\(count)", dtype: format.rawValue) {
                            try work(directory: card.directory, format, candidates: count)
                        }
                    )
                }
            }
        }
        guard !cases.isEmpty || policies.isEmpty else {
            throw InputError(
                key: "--threads",
                expected: "1, or a policy of at least \(NetworkOptions.leastParameters) weights",
                found: "\(threads) for \(largest)"
            )
        }
        return cases
    }

    private func work(
        directory: String,
        _ format: WeightFormat,
        candidates: Int
    ) throws -> BenchWork {
        let model = try UNetModel(directory: directory, format: format)
        let policy = UNetPolicy(
            model: model,
            candidates: candidates,
            partner: threads == 2 ? ProductPartner() : nil
        )
        var observation = firstObservation(of: model)
        let shape = policy.shape
        var chunks = [ActionChunk](
            repeating: ActionChunk(horizon: shape.horizon, width: shape.actionWidth),
            count: candidates
        )
        policy.reset(seed: 0)
        let period = TimeSpan.seconds(1 / model.manifest.policyRateHz)
        return BenchWork(
            phases: model.phases(candidates: candidates),
            format: format,
            threads: threads
        ) {
            // The next observation, so that the one before is at hand encoded.
            observation.capturedAt = observation.capturedAt + period
            try policy.plan(observation, into: &chunks)
        }
    }

    /// What the policy's task shows at its first reset; numbers of no meaning where that is no task
    /// of ours, or not as the policy knows it.
    private func firstObservation(of model: UNetModel) -> Observation {
        let manifest = model.manifest
        guard
            let scene = try? BenchScene(task: manifest.task, robot: manifest.robot, paths: paths),
            scene.setup.task.cloud?.points == manifest.cloud.points
        else { return Self.anyObservation(manifest) }
        var plant = scene.plant
        var observation = plant.blankObservation
        plant.sense(into: &observation)
        return observation
    }

    private static func anyObservation(_ manifest: PolicyManifest) -> Observation {
        let joints = manifest.features.first { $0.name == .jointPositions }?.width ?? 0
        var observation = Observation(jointCount: joints, cloudPoints: manifest.cloud.points)
        observation.goal = .zero
        observation.conveyorSpeed = 0
        for i in observation.cloud.coordinates.indices {
            observation.cloud.coordinates[i] = Float(i % 97) / 97 - 0.5
        }
        return observation
    }
}
