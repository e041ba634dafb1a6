import Diagnostics
import Foundation
import Inference
import Policies
import Robots
import Runtime
import Sensing
import Tasks

/// A task joined with its robot, at the reset of seed 0.
struct BenchScene {
    var setup: TaskSetup
    var plant: SimulatedPlant

    init(task: String, robot: String? = nil, paths: SearchPaths) throws(InputError) {
        let task = try TaskLibrary(folders: paths.taskFolders).task(named: task)
        let robot = try RobotLibrary(searchPaths: paths.robotFolders).load(robot ?? task.robot)
        setup = try TaskSetup(task: task, robot: robot)
        plant = try setup.makePlant()
    }
}

/// What a tick does beside the network: sensors, physics, and the whole tick, in one task.
struct SceneCases {
    /// The side of the benchmark's depth image, in pixels.
    private static let side = 128
    /// Points of its cloud.
    private static let points = 512

    var task = "pick-place"
    var paths: SearchPaths
    /// How the policy's weights are stored; nil for its own way.
    var format: WeightFormat?

    /// Sensors, physics and the loop.
    ///
    /// - Throws: `InputError` for an unknown task or policy.
    func cases() throws(InputError) -> [BenchCase] {
        let loopFormat = if let format { format } else { try ownFormat() }
        return [
            BenchCase(name: "sensor/raycast-\(Self.side)", dtype: "fp32") { try sensor() },
            BenchCase(name: "sensor/cloud-\(Self.points)", dtype: "fp32") {
                try sensor(points: Self.points)
            },
            BenchCase(name: "physics/\(task)", dtype: "fp64") { try physics() },
            BenchCase(name: "physics/\(task)-expert", dtype: "fp64") { try physics(boxes: 0) },
            BenchCase(name: "physics/\(task)-expert-9-boxes", dtype: "fp64") {
                try physics(boxes: 8)
            },
            BenchCase(name: "episode/\(task)", dtype: "fp64") { try episode() },
            BenchCase(name: "loop/\(task)", dtype: loopFormat.rawValue) { try loop() },
        ]
    }

    /// How the task's policy stores its weights.
    private func ownFormat() throws(InputError) -> WeightFormat {
        let policy = try TaskLibrary(folders: paths.taskFolders).task(named: task).policy
        let library = PolicyLibrary(searchPaths: paths.policyFolders)
        return try PolicyManifest(directory: library.directory(of: policy)).weights.format
    }

    /// A picture of the task's first camera; with points, a cloud from it too.
    private func sensor(points: Int? = nil) throws -> BenchWork {
        let scene = try BenchScene(task: task, paths: paths)
        guard let specification = scene.setup.task.cameras.first(where: { $0.mount == .world }),
            let cloudSpecification = scene.setup.task.cloud
        else {
            throw InputError(key: task, expected: "a task with a camera and a cloud", found: "none")
        }
        var camera = specification.camera
        let optics = camera.intrinsics
        camera.intrinsics = try Intrinsics(
            verticalFieldOfView: 2 * atan(Double(optics.height) / (2 * optics.fy)),
            width: Self.side,
            height: Self.side
        )
        let visuals = scene.plant.visuals
        let caster = try RayCaster(maximumVisuals: visuals.count)
        var frame = camera.blankFrame
        guard let points else {
            return BenchWork { caster.render(visuals, camera: camera, into: &frame) }
        }
        let builder = try CloudBuilder(
            workspace: cloudSpecification.workspace,
            maximumPixels: Self.side * Self.side
        )
        var cloud = PointCloud(capacity: points)
        return BenchWork {
            caster.render(visuals, camera: camera, into: &frame)
            builder.build(from: frame, camera: camera, into: &cloud)
        }
    }

    /// One control period of the world, the robot held where it starts.
    private func physics() throws -> BenchWork {
        let scene = try BenchScene(task: task, paths: paths)
        var plant = scene.plant
        let robot = scene.setup.robot
        let command = JointCommand(arm: robot.home, gripperOpening: robot.homeOpening)
        let substeps = scene.setup.rate.substepsPerTick
        return BenchWork { try plant.advance(holding: command, substeps: substeps) }
    }

    /// One control period of the world under the expert's commands, its episode over and over, with
    /// further boxes on the table.
    private func physics(boxes: Int) throws -> BenchWork {
        let setup = try BenchScene(task: task, paths: paths).setup
        var expert = try ExpertEpisode(setup: setup)
        let commands = try expert.run(seed: 0).commands
        var scene = try PhysicsScene(setup: setup, seed: 0, boxes: boxes)
        var next = 0
        let time = MonotonicTime()
        return BenchWork(isRepeatable: false) { _ in
            if next == commands.count {
                scene = try PhysicsScene(setup: setup, seed: 0, boxes: boxes)
                next = 0
            }
            let start = time.now()
            scene.step(commands[next].substeps, holding: commands[next].command)
            next += 1
            return time.now() - start
        }
    }

    /// A second of the world in whole episodes of the expert in lockstep: loop, sensors, physics.
    private func episode() throws -> BenchWork {
        var expert = try ExpertEpisode(setup: BenchScene(task: task, paths: paths).setup)
        var seed: UInt64 = 0
        return BenchWork(isRepeatable: false) { _ in
            let wall = try expert.run(seed: seed % 20).wall
            seed += 1
            return .seconds(wall.seconds / expert.simulated.seconds)
        }
    }

    /// Sense, infer and act of the ticks that plan, in episodes of the shipped policy.
    private func loop() throws -> BenchWork {
        let scene = try BenchScene(task: task, paths: paths)
        let setup = scene.setup
        let library = PolicyLibrary(searchPaths: paths.policyFolders)
        let directory = try library.directory(of: setup.task.policy)
        let model = try UNetModel(directory: directory, format: format)
        try model.manifest.requireFits(PolicyContext(setup))
        var loop = ControlLoop(
            plant: scene.plant,
            policy: UNetPolicy(model: model),
            observation: scene.plant.blankObservation,
            time: MonotonicTime(),
            configuration: LoopConfiguration(
                rate: setup.rate,
                policyHertz: setup.task.rates.policy,
                clock: .lockstep,
                latency: .free,
                execution: .replan,
                controller: ActionController(try setup.controller()),
                limits: try setup.limits(),
                traceCapacity: 16
            )
        )
        let ticksPerEpisode = Int(setup.task.timeLimit.seconds * setup.rate.hertz)
        var seed: UInt64 = 0
        loop.reset(seed: seed)
        return BenchWork(isRepeatable: false) { _ in
            if loop.tickIndex >= ticksPerEpisode {
                seed += 1
                try loop.plant.reset(seed: seed)
                loop.reset(seed: seed)
            }
            try loop.tick()
            guard let trace = loop.traces.pop(), trace.planned else { return nil }
            return trace.stages.tick
        }
    }
}
