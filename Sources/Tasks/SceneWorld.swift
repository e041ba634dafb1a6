import Diagnostics
import Physics
import Robots
import Runtime
import Spatial

/// A Bullet world with a task's robot and objects where one seed puts them.
struct SceneWorld {
    let world: World
    let arm: MultibodyID
    /// Rigid bodies in scene order.
    let bodies: [BodyID]
    /// Fixtures in the task's order.
    let fixtures: [MultibodyID]
    private let scene: [SceneObject]
    private let placement: ScenePlacement
    /// How fast moves what moves by itself, in metres per second.
    private let speed: Double

    /// Builds the world from nothing: a reset is a rebuild, so nothing survives an episode.
    init(setup: TaskSetup, placement: ScenePlacement, speed: Double) throws(InputError) {
        let settings = WorldSettings(timestepSeconds: setup.rate.timestepSeconds)
        let world = try World(settings)
        arm = try world.add(
            MultibodySpecification(robot: setup.robot, worldFromBase: setup.task.worldFromBase)
        )
        var bodies: [BodyID] = []
        for (index, object) in setup.task.scene.enumerated() {
            var specification = object.specification(at: placement.worldFromObject[index])
            if placement.isAbsent[index] { specification.motion = .fixed }
            bodies.append(try world.add(specification))
        }
        var fixtures: [MultibodyID] = []
        for (fixture, placement) in zip(setup.task.fixtures, placement.fixtures) {
            let id = try world.add(MultibodySpecification(fixture: fixture, at: placement))
            world.setJointState(of: id, positions: placement.joints)
            fixtures.append(id)
        }
        self.bodies = bodies
        self.fixtures = fixtures
        self.world = world
        scene = setup.task.scene
        self.placement = placement
        self.speed = speed
        setOff()
    }

    /// Starts belts, and sends off what is launched.
    private func setOff() {
        for (index, object) in scene.enumerated() {
            switch object.motion {
            case .still, .driven: break
            case .surface(let heading):
                world.setSurfaceVelocity(
                    of: bodies[index],
                    to: SceneMotion.direction(heading) * speed
                )
            case .launched:
                world.setVelocity(
                    of: bodies[index],
                    to: SceneMotion.launch(
                        object.parts[0].shape,
                        heading: placement.headings[index],
                        speed: speed
                    )
                )
            }
        }
    }

    /// Puts driven objects where they belong after `elapsed` seconds, on their way to where they
    /// belong `period` seconds later.
    func drive(elapsed: Double, period: Double) {
        for (index, path) in placement.paths.enumerated() {
            guard let path else { continue }
            let now = path.position(after: speed * elapsed)
            let next = path.position(after: speed * (elapsed + period))
            world.setPose(
                of: bodies[index],
                to: Pose(translation: now),
                velocity: Twist(linear: (next - now) / period, angular: .zero)
            )
        }
    }

    /// Writes down what presses on what since the last step.
    func readTouches(into state: SceneState) {
        state.clearTouches()
        world.forEachContact { contact in
            guard contact.normalImpulse > 0, let first = body(contact.a),
                let second = body(contact.b)
            else { return }
            state.add(Touch(first: first, second: second))
        }
    }

    /// Writes down where everything is, what touches what and how the robot stands.
    func read(_ robot: RobotModel, into state: SceneState) {
        var joints = [Double](repeating: 0, count: robot.links.count)
        var velocities = joints
        joints.withUnsafeMutableBufferPointer { joints in
            velocities.withUnsafeMutableBufferPointer {
                world.readJointState(of: arm, positions: joints, velocities: $0)
            }
        }
        var links = [Pose](repeating: .identity, count: robot.links.count)
        links.withUnsafeMutableBufferPointer { world.readLinkPoses(of: arm, into: $0) }
        state.robotJoints = joints
        state.worldFromTool = links[robot.armJointCount - 1] * robot.linkFromTool
        for index in bodies.indices { state.worldFromObject[index] = world.pose(of: bodies[index]) }
        for (index, fixture) in fixtures.enumerated() {
            state.fixtures[index].read(fixture, from: world)
        }
        readTouches(into: state)
    }

    /// Bodies are added in scene order; the robot is the first multibody, fixtures follow.
    func body(_ object: WorldObject) -> TouchingBody? {
        switch object {
        case .body(let id): .object(id.index)
        case .base(arm): .robotLink(-1)
        case .link(arm, let link): .robotLink(link)
        case .base(let id), .link(let id, _):
            fixtures.firstIndex(of: id).map { .fixture($0) }
        }
    }

    /// The velocity of an object's origin after `elapsed` seconds, in the world.
    func velocity(ofObject index: Int, elapsed: Double) -> Vector3 {
        if let path = placement.paths[index] {
            return path.tangent(after: speed * elapsed) * speed
        }
        return world.velocity(of: bodies[index]).linear
    }

    /// How the velocity of a driven object changes after `elapsed` seconds; zero for others.
    func acceleration(ofObject index: Int, elapsed: Double) -> Vector3 {
        guard let path = placement.paths[index] else { return .zero }
        let fromCentre = path.position(after: speed * elapsed) - path.centre
        return fromCentre * (-speed * speed / (path.radius * path.radius))
    }

    /// Puts the arm where the task has it start, at rest.
    func bringHome(_ setup: TaskSetup) {
        let robot = setup.robot
        let start = setup.task.robotStart.map { JointVector($0.joints) } ?? robot.home
        place(robot, at: JointCommand(arm: start, gripperOpening: robot.homeOpening))
    }

    /// Puts the robot's joints somewhere, at rest.
    func place(_ robot: RobotModel, at command: JointCommand) {
        var positions = [Double](repeating: 0, count: robot.links.count)
        positions.withUnsafeMutableBufferPointer { robot.expand(command, into: $0) }
        world.setJointState(of: arm, positions: positions)
    }
}

extension World {
    /// Puts the joints at positions, at rest.
    fileprivate func setJointState(of multibody: MultibodyID, positions: [Double]) {
        let rest = [Double](repeating: 0, count: positions.count)
        positions.withUnsafeBufferPointer { positions in
            rest.withUnsafeBufferPointer { rest in
                setJointState(of: multibody, positions: positions, velocities: rest)
            }
        }
    }
}

extension SceneObject {
    /// The physics of the object at a place.
    func specification(at pose: Pose) -> RigidBodySpecification {
        let colliders = parts.map(Collider.init)
        let material = Material(self.material)
        switch kind {
        case .static, .conveyor, .driven:
            return RigidBodySpecification(
                name: name,
                motion: kind == .static ? .fixed : .kinematic,
                colliders: colliders,
                material: material,
                worldFromBody: pose
            )
        case .dynamic:
            return RigidBodySpecification(
                name: name,
                mass: mass,
                colliders: colliders,
                material: material,
                worldFromBody: pose
            )
        }
    }
}
