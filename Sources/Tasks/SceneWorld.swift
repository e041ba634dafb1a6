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

    /// Builds the world from nothing: a reset is a rebuild, so nothing survives an episode.
    init(setup: TaskSetup, placement: ScenePlacement) throws(InputError) {
        let settings = WorldSettings(timestepSeconds: setup.rate.timestepSeconds)
        let world = try World(settings)
        arm = try world.add(
            MultibodySpecification(robot: setup.robot, worldFromBase: setup.task.worldFromBase)
        )
        var bodies: [BodyID] = []
        for (object, pose) in zip(setup.task.scene, placement.worldFromObject) {
            bodies.append(try world.add(object.specification(at: pose)))
        }
        self.bodies = bodies
        self.world = world
    }

    /// Puts the arm at home, at rest.
    func bringHome(_ robot: RobotModel) {
        let home = JointCommand(arm: robot.home, gripperOpening: robot.homeOpening)
        var positions = [Double](repeating: 0, count: robot.links.count)
        positions.withUnsafeMutableBufferPointer { robot.expand(home, into: $0) }
        let rest = [Double](repeating: 0, count: robot.links.count)
        positions.withUnsafeBufferPointer { positions in
            rest.withUnsafeBufferPointer { rest in
                world.setJointState(of: arm, positions: positions, velocities: rest)
            }
        }
    }
}

extension SceneObject {
    fileprivate func specification(at pose: Pose) -> RigidBodySpecification {
        let collider = Collider(shape: shape)
        let material = Material(
            friction: friction.sliding,
            rollingFriction: friction.rolling,
            spinningFriction: friction.spinning
        )
        switch kind {
        case .static:
            return RigidBodySpecification(
                name: name,
                motion: .fixed,
                colliders: [collider],
                material: material,
                worldFromBody: pose
            )
        case .dynamic:
            return RigidBodySpecification(
                name: name,
                mass: mass,
                colliders: [collider],
                material: material,
                worldFromBody: pose
            )
        }
    }
}
