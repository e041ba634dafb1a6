public import Diagnostics
import Physics
public import Robots
public import Runtime
public import Spatial

/// A task's world with neither sensors nor judge nor loop: physics alone, for measurements.
///
/// It is built as ``SimulatedPlant`` builds its own; further boxes may lie on the table.
public struct PhysicsScene {
    /// Timesteps a second.
    public let hertz: Double
    private let robot: RobotModel
    private let world: World
    private let arm: MultibodyID
    private let bodies: [BodyID]
    private var targets: [Double]
    /// What the world was built from, as others may build it too.
    public let description: PhysicsDescription

    /// Builds the world of a seed.
    ///
    /// - Parameters:
    ///   - setup: The task and its robot.
    ///   - seed: Places the task's objects.
    ///   - boxes: How many more boxes lie at rest beside them, each like the task's first dynamic
    ///     object; up to 20.
    /// - Throws: `InputError` where the world cannot be built.
    public init(setup: TaskSetup, seed: UInt64, boxes: Int = 0) throws(InputError) {
        let settings = WorldSettings(timestepSeconds: setup.rate.timestepSeconds)
        let placement = try ScenePlacement(task: setup.task, seed: seed)
        var specifications = zip(setup.task.scene, placement.worldFromObject)
            .map { $0.specification(at: $1) }
        if let index = setup.task.scene.firstIndex(where: { $0.kind == .dynamic }) {
            for number in 0..<boxes {
                let object = setup.task.scene[index]
                let height = placement.worldFromObject[index].translation.z
                let place = Self.row(number, height: height)
                specifications.append(object.specification(at: Pose(translation: place)))
            }
        }
        let multibody = MultibodySpecification(
            robot: setup.robot,
            worldFromBase: setup.task.worldFromBase
        )
        world = try World(settings)
        arm = try world.add(multibody)
        var bodies: [BodyID] = []
        for specification in specifications { bodies.append(try world.add(specification)) }
        self.bodies = bodies
        robot = setup.robot
        hertz = setup.rate.physicsHertz
        targets = [Double](repeating: 0, count: setup.robot.links.count)
        let home = JointCommand(arm: setup.robot.home, gripperOpening: setup.robot.homeOpening)
        targets.withUnsafeMutableBufferPointer { setup.robot.expand(home, into: $0) }
        description = PhysicsDescription(
            settings: settings,
            multibody: multibody,
            bodies: specifications,
            home: targets
        )
        let rest = targets.map { _ in 0.0 }
        targets.withUnsafeBufferPointer { positions in
            rest.withUnsafeBufferPointer { rest in
                world.setJointState(of: arm, positions: positions, velocities: rest)
            }
        }
    }

    /// Places beside the workspace, five centimetres of free space about each.
    private static func row(_ number: Int, height: Double) -> Vector3 {
        Vector3(
            0.3 + 0.1 * Double(number / 2 % 5),
            (number % 2 == 0 ? 1 : -1) * (0.36 + 0.1 * Double(number / 10)),
            height
        )
    }

    /// Steps under a command.
    public mutating func step(_ count: Int, holding command: JointCommand) {
        targets.withUnsafeMutableBufferPointer { robot.expand(command, into: $0) }
        targets.withUnsafeBufferPointer { world.setMotorTargets(of: arm, positions: $0) }
        world.step(count)
    }

    /// Joint positions in link order, and where the objects' origins are.
    public var state: (joints: [Double], objects: [Vector3]) {
        var positions = targets
        var velocities = targets
        positions.withUnsafeMutableBufferPointer { positions in
            velocities.withUnsafeMutableBufferPointer { velocities in
                world.readJointState(of: arm, positions: positions, velocities: velocities)
            }
        }
        return (positions, bodies.map { world.pose(of: $0).translation })
    }
}

/// A plant that keeps every command it is given, with the timesteps it held.
public struct CommandRecorder: Plant {
    /// The plant that moves.
    public var plant: SimulatedPlant
    /// The commands so far.
    public private(set) var commands: [(command: JointCommand, substeps: Int)] = []

    /// Records what `plant` is commanded.
    public init(plant: SimulatedPlant) { self.plant = plant }

    /// The plant's time.
    public var elapsed: TimeSpan { plant.elapsed }
    /// Where the plant's joints are.
    public var jointState: JointState { plant.jointState }
    /// How the plant's episode stands.
    public var status: EpisodeStatus { plant.status }

    /// Fills in what the plant senses.
    public mutating func sense(into observation: inout Observation) throws(LoopFault) {
        plant.sense(into: &observation)
    }

    /// Keeps the command and lets the plant move under it.
    public mutating func advance(
        holding command: JointCommand,
        substeps: Int
    ) throws(LoopFault) {
        commands.append((command, substeps))
        try plant.advance(holding: command, substeps: substeps)
    }
}
