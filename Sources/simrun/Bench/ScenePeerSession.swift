import Diagnostics
import Foundation
import Robots
import Runtime
import Tasks

/// Physics under the control of a benchmark in another process: a request a line on standard input,
/// an answer a line on standard output, all JSON.
///
///     {"load": {"task": "pick-place", "boxes": 0, "seed": 0}}
///                          → {"loaded": {"scene": {…}, "commands": [{"targets": […], "steps": 4}, …]}}
///     {"run": true}        → {"seconds": …, "steps": …, "joints": […], "objects": [[x, y, z], …]}
///
/// A run builds the world anew, then times its steps under the commands of the expert's episode.
struct ScenePeerSession {
    private struct Request: Decodable {
        struct Load: Decodable {
            var task: String
            var boxes: Int
            var seed: UInt64
        }

        var load: Load?
        var run: Bool?
    }

    private struct Command: Encodable {
        var targets: [Double]
        var steps: Int
    }

    private struct Loaded: Encodable {
        var scene: PhysicsDescription
        var commands: [Command]
    }

    private struct Run: Encodable {
        var seconds: Double
        var steps: Int
        var joints: [Double]
        var objects: [[Double]]
    }

    private struct Episode {
        var setup: TaskSetup
        var load: Request.Load
        var commands: [(command: JointCommand, substeps: Int)]
    }

    var paths: SearchPaths

    /// Answers until the input ends.
    ///
    /// - Throws: `InputError` for a request that cannot be met.
    func serve() throws {
        var episode: Episode?
        while let line = readLine() {
            let request = try Self.request(line)
            if let load = request.load {
                let loaded = try self.load(load)
                episode = loaded
                Console.line(try JSONText.of(["loaded": Self.answer(loaded)]))
            }
            guard let episode else {
                throw InputError(key: "request", expected: "a load first", found: line)
            }
            if request.run == true { Console.line(try JSONText.of(Self.run(episode))) }
        }
    }

    private static func request(_ line: String) throws(InputError) -> Request {
        do {
            return try JSONDecoder().decode(Request.self, from: Data(line.utf8))
        } catch {
            throw InputError(
                key: "request",
                expected: "load or run",
                found: JSONText.reason(error)
            )
        }
    }

    private func load(_ load: Request.Load) throws -> Episode {
        guard (0...20).contains(load.boxes) else {
            throw InputError(key: "boxes", expected: "0 to 20", found: "\(load.boxes)")
        }
        let setup = try BenchScene(task: load.task, paths: paths).setup
        var expert = try ExpertEpisode(setup: setup)
        return Episode(setup: setup, load: load, commands: try expert.run(seed: load.seed).commands)
    }

    private static func answer(_ episode: Episode) throws -> Loaded {
        let scene = try scene(episode)
        let robot = episode.setup.robot
        return Loaded(
            scene: scene.description,
            commands: episode.commands.map { command, substeps in
                var targets = [Double](repeating: 0, count: robot.links.count)
                targets.withUnsafeMutableBufferPointer { robot.expand(command, into: $0) }
                return Command(targets: targets, steps: substeps)
            }
        )
    }

    private static func run(_ episode: Episode) throws -> Run {
        var scene = try scene(episode)
        let time = MonotonicTime()
        let start = time.now()
        for (command, substeps) in episode.commands { scene.step(substeps, holding: command) }
        let span = time.now() - start
        return Run(
            seconds: span.seconds,
            steps: episode.commands.reduce(0) { $0 + $1.substeps },
            joints: scene.state.joints,
            objects: scene.state.objects.map { [$0.x, $0.y, $0.z] }
        )
    }

    private static func scene(_ episode: Episode) throws(InputError) -> PhysicsScene {
        try PhysicsScene(
            setup: episode.setup,
            seed: episode.load.seed,
            boxes: episode.load.boxes
        )
    }
}
