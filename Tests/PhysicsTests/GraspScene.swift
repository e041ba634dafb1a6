import Spatial

@testable import Physics

/// A hand on three sliders that grasps, lifts and holds a 4 cm cube on a table.
///
/// The hand points down; joint order x, y, z, finger, finger.
struct GraspScene {
    let world: World
    let hand: MultibodyID
    let cube: BodyID
    let table: BodyID
    /// The height of the hand's frame over the cube's centre.
    static let reach = 0.1034
    static let handIndex = 2

    init(
        rate: Double,
        cubeMass: Double = 0.064,
        friction: Double? = nil,
        solver: ConstraintSolver = .packed
    ) throws {
        let arm = try PandaArm.load()
        var fingers = arm.links.suffix(2).map { $0 }
        for i in fingers.indices { fingers[i].parent = Self.handIndex }
        var pad = Material.pad
        var material = Material.graspable
        if let friction {
            pad.friction = friction
            material.friction = 1
        }
        world = try World(WorldSettings(timestepSeconds: 1 / rate, solver: solver))
        table = try world.add(
            RigidBodySpecification(
                name: "table",
                motion: .fixed,
                colliders: [Collider(shape: .box(halfExtents: Vector3(0.4, 0.4, 0.2)))],
                material: .graspable,
                worldFromBody: Pose(translation: Vector3(0, 0, -0.2))
            )
        )
        cube = try world.addCube(
            mass: cubeMass,
            at: Vector3(0, 0, 0.02),
            material: material
        )
        hand = try world.add(Self.gantry(fingers: fingers, arm: arm, pad: pad))
        world.setJoints(hand, [0, 0, 0, 0.04, 0.04])
    }

    /// Closes, lifts 20 cm in a second, and waits until the cube has settled.
    func closeAndLift() {
        drive(seconds: 0.5) { _ in (lift: 0, finger: 0.04) }
        drive(seconds: 0.5) { _ in (lift: 0, finger: 0) }
        drive(seconds: 1) { (lift: 0.2 * $0, finger: 0) }
        drive(seconds: 0.5) { _ in (lift: 0.2, finger: 0) }
    }

    func hold(seconds: Double) {
        drive(seconds: seconds) { _ in (lift: 0.2, finger: 0) }
    }

    /// Where the cube is in the hand's frame.
    var handFromCube: Pose {
        world.linkPoses(hand)[Self.handIndex].inverse * world.pose(of: cube)
    }

    private func drive(seconds: Double, _ command: (Double) -> (lift: Double, finger: Double)) {
        let rate = 30.0
        let substeps = Int((1 / (rate * world.settings.timestepSeconds)).rounded())
        let ticks = Int((seconds * rate).rounded())
        for tick in 0..<ticks {
            let (lift, finger) = command(Double(tick + 1) / Double(ticks))
            world.setTargets(hand, [0, 0, lift, finger, finger])
            world.step(substeps)
        }
    }

    private static func gantry(
        fingers: [PandaArm.Link],
        arm: PandaArm,
        pad: Material
    ) -> MultibodySpecification {
        let down = Rotation(axis: Vector3(1, 0, 0), angle: .pi)
        var links = (0..<3).map { i in
            var axis = Vector3.zero
            axis[i] = 1
            return LinkSpecification(
                name: "slider\(i)",
                parent: i == 0 ? nil : i - 1,
                joint: .prismatic,
                axis: axis,
                parentFromLink: .identity,
                inertial: MassProperties(
                    mass: 1,
                    principalInertia: Vector3(repeating: 0.01)
                ),
                motor: MotorGains(maxForce: 200)
            )
        }
        // The hand hangs upside down: it rises along the world's z, its own -z.
        links[2].parentFromLink.rotation = down
        links[2].axis = Vector3(0, 0, -1)
        let specified = PandaArm(
            timestep: arm.timestep,
            timeConstant: arm.timeConstant,
            initial: arm.initial,
            links: fingers,
            rows: []
        ).specification(hasShapes: true, pad: pad)
        return MultibodySpecification(
            name: "gantry",
            worldFromBase: Pose(translation: Vector3(0, 0, 0.02 + reach)),
            links: links + specified.links,
            gears: [GearSpecification(linkA: 3, linkB: 4)]
        )
    }
}
