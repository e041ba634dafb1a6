import Bridge
import Diagnostics
import Policies
import Runtime
import Sensing
import Serving
import Tasks

/// `--camera NAME=SOURCE`: where the task's pictures come from.
///
/// A source is `mirrored`, the simulation that follows the arm; a device such as `/dev/video0`, for colours;
/// or `depth:SOCKET`, a depth feeder's. One camera may have colours and depths.
struct CameraSources {
    /// Where one camera's pictures come from.
    struct Source: Equatable {
        var isMirrored = false
        /// A Video4Linux device.
        var colours: String?
        /// A depth feeder's socket.
        var depths: String?
    }

    /// By the camera's name in the task file.
    private let sources: [String: Source]
    private let task: TaskDefinition

    /// - Parameters:
    ///   - arguments: What was typed.
    ///   - task: Whose cameras they are.
    init(_ arguments: [String], task: TaskDefinition) throws(InputError) {
        let known = task.cameras.map(\.camera.name)
        var sources: [String: Source] = [:]
        for argument in arguments {
            let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { throw Self.refusal(argument) }
            guard known.contains(parts[0]) else {
                throw .unknown("camera", name: parts[0], known: known, key: "--camera")
            }
            var source = sources[parts[0]] ?? Source()
            let before = source
            if parts[1] == "mirrored" {
                source.isMirrored = true
            } else if parts[1].hasPrefix("depth:"), parts[1].count > 6 {
                source.depths = String(parts[1].dropFirst(6))
            } else if parts[1].hasPrefix("/") {
                source.colours = parts[1]
            } else {
                throw Self.refusal(argument)
            }
            let isTwice =
                before.isMirrored || before.depths != nil && parts[1].hasPrefix("depth:")
                || before.colours != nil && parts[1].hasPrefix("/")
            guard !isTwice, !(source.isMirrored && before != Source()) else {
                throw InputError(
                    key: "--camera",
                    expected: "each camera mirrored, or with colours and depths of its own, once",
                    found: "\(parts[0]) again"
                )
            }
            sources[parts[0]] = source
        }
        self.sources = sources
        self.task = task
    }

    private static func refusal(_ argument: String) -> InputError {
        InputError(
            key: "--camera",
            expected: "NAME=mirrored, NAME=/dev/video0 or NAME=depth:SOCKET",
            found: "\"\(argument)\""
        )
    }

    /// The task's cameras that the simulation stands in for, in the task's order.
    var mirrored: [String] {
        task.cameras.map(\.camera.name).filter { sources[$0]?.isMirrored ?? false }
    }

    /// Whether a simulation must run beside the arm.
    var needsSimulation: Bool { !mirrored.isEmpty }

    /// Whether every camera has colours, so that pictures may be recorded.
    var coversAll: Bool {
        task.cameras.allSatisfy { hasColours($0.camera.name) }
    }

    /// Whether somebody gives a camera's colours.
    func hasColours(_ name: String) -> Bool {
        sources[name].map { $0.isMirrored || $0.colours != nil } ?? false
    }

    /// Whether somebody gives a camera's depths.
    func hasDepths(_ name: String) -> Bool {
        sources[name].map { $0.isMirrored || $0.depths != nil } ?? false
    }

    /// Every source as it was typed, for recordings.
    var description: String {
        var words: [String] = []
        for name in task.cameras.map(\.camera.name) {
            guard let source = sources[name] else { continue }
            if source.isMirrored { words.append("\(name)=mirrored") }
            if let colours = source.colours { words.append("\(name)=\(colours)") }
            if let depths = source.depths { words.append("\(name)=depth:\(depths)") }
        }
        return words.joined(separator: ",")
    }

    /// Opens the cameras that are there; nil where none is.
    ///
    /// - Throws: `InputError` naming the device or the socket.
    func open() throws(InputError) -> ArmCameras? {
        var eyes: [ArmCameras.Eye] = []
        for (index, specification) in task.cameras.enumerated() {
            let intrinsics = specification.camera.intrinsics
            guard let source = sources[specification.camera.name], !source.isMirrored else {
                continue
            }
            var eye = ArmCameras.Eye(frame: index, name: specification.camera.name)
            if let path = source.colours {
                eye.colours = try VideoCamera(
                    path: path,
                    width: intrinsics.width,
                    height: intrinsics.height,
                    hertz: specification.timing.rateHertz ?? 30
                )
            }
            if let path = source.depths {
                eye.depths = try DepthFeed(
                    path: path,
                    width: intrinsics.width,
                    height: intrinsics.height
                )
            }
            eyes.append(eye)
        }
        return eyes.isEmpty ? nil : ArmCameras(eyes)
    }

    /// Refuses a policy that would be blind.
    ///
    /// - Throws: `InputError` naming the sensor that it lacks.
    func require(for plan: RunPlan) throws(InputError) {
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
            for view in policy.statistics.views where !hasColours(view) {
                throw missing("\(plan.policyName) looks through camera \(view)", camera: view)
            }
        case .network(let model):
            let manifest = model.manifest
            if manifest.cloud.points > 0, let cloud = task.cloud {
                let camera = task.cameras[cloud.camera].camera.name
                if !hasDepths(camera) {
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
            found: sources.isEmpty ? "no camera" : description
        )
    }
}
