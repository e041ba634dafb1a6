import Diagnostics
import Policies
import Runtime
import Sensing
import Serving
import Tasks

/// `--camera NAME=SOURCE`: where the task's pictures come from.
///
/// One source is known so far, `mirrored`: the simulation that follows the arm.
struct MirroredCameras {
    /// The task's cameras that the simulation stands in for.
    let names: [String]

    /// - Parameters:
    ///   - arguments: What was typed.
    ///   - task: Whose cameras they are.
    init(_ arguments: [String], task: TaskDefinition) throws(InputError) {
        let known = task.cameras.map(\.camera.name)
        var names: [String] = []
        for argument in arguments {
            let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2, parts[1] == "mirrored" else {
                throw InputError(
                    key: "--camera",
                    expected: "NAME=mirrored; other sources are not built yet",
                    found: "\"\(argument)\""
                )
            }
            guard known.contains(parts[0]) else {
                throw .unknown("camera", name: parts[0], known: known, key: "--camera")
            }
            guard !names.contains(parts[0]) else {
                throw InputError(
                    key: "--camera",
                    expected: "each camera once",
                    found: "\(parts[0]) again"
                )
            }
            names.append(parts[0])
        }
        self.names = names
    }

    /// Whether a simulation must run beside the arm.
    var needsSimulation: Bool { !names.isEmpty }

    /// Refuses a policy that would be blind.
    ///
    /// - Throws: `InputError` naming the sensor that it lacks.
    func require(for plan: RunPlan) throws(InputError) {
        let task = plan.setup.task
        switch plan.actor {
        case .random: return
        case .remote(let server):
            // What it sees is known only at its other end.
            throw InputError(
                key: "--policy",
                expected: "a policy on this machine, for an arm",
                found: "\(server.address)"
            )
        case .expert:
            guard !needsSimulation else { return }
            throw missing(
                "the expert reads the world's true state",
                camera: task.cameras.first?.camera.name
            )
        case .language(let policy):
            for view in policy.statistics.views where !names.contains(view) {
                throw missing("\(plan.policyName) looks through camera \(view)", camera: view)
            }
        case .network(let model):
            let manifest = model.manifest
            if manifest.cloud.points > 0, let cloud = task.cloud {
                let camera = task.cameras[cloud.camera].camera.name
                if !names.contains(camera) {
                    throw missing(
                        "\(plan.policyName) sees the point cloud of camera \(camera)",
                        camera: camera
                    )
                }
            }
            if !needsSimulation,
                manifest.features.contains(where: { $0.name == .conveyorSpeed })
            {
                throw missing(
                    "\(plan.policyName) reads the conveyor's encoder",
                    camera: task.cameras.first?.camera.name
                )
            }
        }
    }

    private func missing(_ why: String, camera: String?) -> InputError {
        InputError(
            key: "--camera",
            expected: "\(camera ?? "a camera")=mirrored: \(why)",
            found: names.isEmpty ? "no camera" : names.joined(separator: ", ")
        )
    }
}
