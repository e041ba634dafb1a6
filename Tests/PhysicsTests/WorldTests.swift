import Diagnostics
import Spatial
import Testing

@testable import Physics

/// Joints, contacts, rays, forces and moving bodies of ``World``.
@Suite struct WorldTests {
    private static let timestep = 1.0 / 240

    private func makeWorld() throws -> World {
        try World(WorldSettings(timestepSeconds: Self.timestep))
    }

    private func pendulum(motor: MotorGains, damping: Double = 0) -> MultibodySpecification {
        MultibodySpecification(
            name: "pendulum",
            links: [
                LinkSpecification(
                    name: "rod",
                    parent: nil,
                    joint: .revolute,
                    axis: Vector3(0, 2, 0),
                    parentFromLink: Pose(translation: Vector3(0, 0, 1)),
                    inertial: MassProperties(
                        mass: 1,
                        linkFromInertial: Pose(
                            rotation: Rotation(rotationVector: Vector3(0.3, 0.2, 0.1)),
                            translation: Vector3(0.5, 0, 0)
                        ),
                        principalInertia: Vector3(repeating: 0.01)
                    ),
                    lower: -0.5,
                    upper: 0.5,
                    damping: damping,
                    motor: motor
                )
            ]
        )
    }

    @Test func `Time is the number of steps`() throws {
        let world = try makeWorld()
        world.step(240)
        #expect(world.stepCount == 240)
        #expect(abs(world.elapsedSeconds - 1) < 1e-12)
    }

    @Test func `Joint limits hold against gravity and against the motor`() throws {
        for motor in [MotorGains(maxForce: 0), MotorGains(maxForce: 30, maxVelocity: 3)] {
            let world = try makeWorld()
            let id = try world.add(pendulum(motor: motor))
            world.setTargets(id, [2])
            for _ in 0..<480 {
                world.step()
                // The limit acts once it is met, so the last step's travel may pass it.
                #expect(world.joints(id).positions[0] < 0.5 + 4 * Self.timestep)
            }
            #expect(abs(world.joints(id).positions[0] - 0.5) < 0.001)
        }
    }

    @Test func `A motor follows with its time constant at any timestep`() throws {
        for rate in [240.0, 1000.0] {
            let world = try World(WorldSettings(timestepSeconds: 1 / rate, gravity: .zero))
            let gains = MotorGains(timeConstantSeconds: 0.1, maxForce: 1e4)
            let id = try world.add(pendulum(motor: gains))
            world.setTargets(id, [0.4])
            world.step(Int(0.1 * rate))
            #expect(abs(world.joints(id).positions[0] - 0.4 * (1 - 0.36788)) < 1e-3)
        }
    }

    @Test func `The motor's velocity bound is kept`() throws {
        let world = try makeWorld()
        let gains = MotorGains(timeConstantSeconds: 0.01, maxForce: 1e4, maxVelocity: 0.2)
        let id = try world.add(pendulum(motor: gains))
        world.setTargets(id, [0.4])
        world.step(60)
        #expect(abs(world.joints(id).velocities[0] - 0.2) < 1e-6)
    }

    @Test func `A link's pose is of the joint frame, whatever its inertial frame`() throws {
        let world = try makeWorld()
        let id = try world.add(pendulum(motor: MotorGains(maxForce: 0)))
        world.setJoints(id, [0.25])
        let pose = world.linkPoses(id)[0]
        #expect((pose.translation - Vector3(0, 0, 1)).length < 1e-12)
        #expect(pose.rotation.angle(to: Rotation(axis: Vector3(0, 1, 0), angle: 0.25)) < 1e-12)
        #expect(world.basePose(of: id) == .identity)
    }

    @Test func `Self-collision is off unless asked for`() throws {
        let arm = try PandaArm.load()
        for isOn in [false, true] {
            let world = try World(
                WorldSettings(timestepSeconds: Self.timestep, contactProcessingThreshold: 1e-3)
            )
            var specification = arm.specification(hasShapes: true)
            specification.hasSelfCollision = isOn
            let id = try world.add(specification)
            world.setJoints(id, Array(arm.initial.prefix(7)) + [0, 0])
            world.step(10)
            let contact = world.contact(between: .link(id, 8), and: .link(id, 9))
            #expect((contact.pointCount > 0) == isOn)
        }
    }

    @Test func `A resting cube's contact impulse is m g dt, from both sides`() throws {
        let world = try makeWorld()
        let floor = try world.addFloor()
        let cube = try world.addCube(at: Vector3(0, 0, 0.02))
        world.step(480)
        let weight = 0.064 * 9.81 * Self.timestep
        let below = world.contact(between: .body(floor), and: .body(cube))
        let above = world.contact(between: .body(cube), and: .body(floor))
        #expect(abs(below.normalImpulse - weight) < 0.01 * weight)
        #expect(above.normalImpulse == below.normalImpulse)
        #expect((1...4).contains(above.pointCount) && above.pointCount == below.pointCount)
        // The normal runs from b to a.
        #expect((above.normal - Vector3(0, 0, 1)).length < 1e-6)
        #expect((below.normal + Vector3(0, 0, 1)).length < 1e-6)
        let buffer = UnsafeMutableBufferPointer<Contact>.allocate(capacity: 4)
        defer { buffer.deallocate() }
        #expect(world.contacts(into: buffer) == 1)
        #expect(buffer[0].normalImpulse == below.normalImpulse)
    }

    @Test func `A cube in the air touches nothing`() throws {
        let world = try makeWorld()
        let floor = try world.addFloor()
        let cube = try world.addCube(at: Vector3(0, 0, 0.5))
        world.step(24)
        #expect(world.contact(between: .body(floor), and: .body(cube)).pointCount == 0)
        let fallen = 0.5 - world.pose(of: cube).translation.z
        #expect(abs(fallen - 0.5 * 9.81 * 0.01) < 0.003)
    }

    @Test func `A ray meets the first thing on its way`() throws {
        let world = try makeWorld()
        let floor = try world.addFloor()
        let cube = try world.addCube(at: Vector3(0, 0, 0.02))
        let arm = try world.add(pendulum(motor: MotorGains(maxForce: 0)))
        let hit = try #require(world.rayTest(from: Vector3(0, 0, 1), to: Vector3(0, 0, -1)))
        #expect(hit.object == .body(cube))
        #expect(abs(hit.position.z - 0.04) < 1e-6 && abs(hit.fraction - 0.48) < 1e-6)
        #expect((hit.normal - Vector3(0, 0, 1)).length < 1e-6)
        let beside = try #require(world.rayTest(from: Vector3(1, 0, 1), to: Vector3(1, 0, -1)))
        #expect(beside.object == .body(floor))
        #expect(world.rayTest(from: Vector3(1, 0, 1), to: Vector3(2, 0, 1)) == nil)
        #expect(world.linkCount(of: arm) == 1)
    }

    @Test func `A force acts over one call of step, through the point it is given`() throws {
        let world = try World(WorldSettings(timestepSeconds: Self.timestep, gravity: .zero))
        let cube = try world.addCube(mass: 2, at: .zero)
        world.applyForce(Vector3(4, 0, 0), at: Vector3(0, 0, 0.01), to: .body(cube))
        world.step(24)
        world.step(24)
        let velocity = world.velocity(of: cube)
        #expect(abs(velocity.linear.x - 0.2) < 0.002)
        #expect(velocity.angular.y > 1 && abs(velocity.angular.x) < 1e-9)
    }

    @Test func `A kinematic body carries what stands on it`() throws {
        let world = try makeWorld()
        let tray = try addTray(to: world)
        let cube = try world.addCube(at: Vector3(0, 0, 0.02))
        world.step(48)
        world.setVelocity(of: tray, to: Twist(linear: Vector3(0.1, 0, 0), angular: .zero))
        world.step(240)
        #expect(abs(world.pose(of: tray).translation.x - 0.1) < 1e-9)
        #expect(abs(world.pose(of: cube).translation.x - 0.1) < 0.005)
        #expect(abs(world.velocity(of: cube).linear.x - 0.1) < 0.002)
    }

    @Test func `A belt moves what stands on it and stays where it is`() throws {
        let world = try makeWorld()
        let belt = try addTray(to: world)
        let cube = try world.addCube(at: Vector3(0, 0, 0.02))
        world.setSurfaceVelocity(of: belt, to: Vector3(0, 0.1, 0))
        world.step(240)
        #expect(world.pose(of: belt).translation == Vector3(0, 0, -0.05))
        #expect(abs(world.pose(of: cube).translation.y - 0.1) < 0.01)
    }

    private func addTray(to world: World) throws -> BodyID {
        try world.add(
            RigidBodySpecification(
                name: "tray",
                motion: .kinematic,
                colliders: [Collider(shape: .box(halfExtents: Vector3(0.5, 0.5, 0.05)))],
                material: .graspable,
                worldFromBody: Pose(translation: Vector3(0, 0, -0.05))
            )
        )
    }

    @Test func `A body's frame need not be its centre of mass`() throws {
        let world = try World(WorldSettings(timestepSeconds: Self.timestep, gravity: .zero))
        let offset = Collider(
            shape: .box(halfExtents: Vector3(0.1, 0.02, 0.03)),
            linkFromShape: Pose(
                rotation: Rotation(rotationVector: Vector3(0.2, 0, 0.5)),
                translation: Vector3(0.3, 0, 0)
            )
        )
        let body = try world.add(
            RigidBodySpecification(name: "offset", mass: 1, colliders: [offset])
        )
        let start = Pose(
            rotation: Rotation(rotationVector: Vector3(0, 0, 0.7)),
            translation: Vector3(1, 2, 3)
        )
        let spin = Twist(linear: Vector3(0.1, 0, 0), angular: Vector3(0, 0, 0.5))
        world.setPose(of: body, to: start, velocity: spin)
        #expect((world.pose(of: body).translation - start.translation).length < 1e-12)
        #expect(world.pose(of: body).rotation.angle(to: start.rotation) < 1e-9)
        #expect((world.velocity(of: body).linear - spin.linear).length < 1e-12)
        var poses = [Pose.identity]
        var twists = [Twist.zero]
        poses.withUnsafeMutableBufferPointer { poses in
            twists.withUnsafeMutableBufferPointer {
                world.readBodies(poses: poses, velocities: $0)
            }
        }
        #expect(poses[0] == world.pose(of: body) && twists[0] == world.velocity(of: body))
    }

    @Test func `A body that outruns the numbers is found out`() throws {
        let world = try makeWorld()
        let cube = try world.addCube(at: .zero)
        #expect(world.isFinite)
        for _ in 0..<400 {
            world.applyForce(
                Vector3(repeating: 1e6),
                at: Vector3(repeating: 1e6),
                to: .body(cube)
            )
            world.step(1000)
            if !world.isFinite { break }
        }
        #expect(!world.isFinite)
    }
}
