import Diagnostics
import Spatial
import Testing

@testable import Physics

/// Hostile descriptions are refused with a sentence, and never reach the engine.
@Suite struct ValidationTests {
    private static let inertial = MassProperties(mass: 1, principalInertia: Vector3(1, 1, 1))

    private static func link(_ change: (inout LinkSpecification) -> Void) -> LinkSpecification {
        var link = LinkSpecification(
            name: "link",
            parent: nil,
            joint: .revolute,
            parentFromLink: .identity,
            inertial: inertial
        )
        change(&link)
        return link
    }

    private static let badLinks: [LinkSpecification] = [
        link { $0.parent = 0 },
        link { $0.parent = -2 },
        link { $0.parent = .max },
        link { $0.axis = .zero },
        link { $0.axis.x = .nan },
        link { $0.parentFromLink.translation.y = .infinity },
        link { $0.inertial.mass = 0 },
        link { $0.inertial.mass = -1 },
        link { $0.inertial.principalInertia.z = 0 },
        link { $0.inertial.principalInertia.z = .nan },
        link { ($0.lower, $0.upper) = (1, -1) },
        link { $0.upper = .nan },
        link { $0.damping = -1 },
        link { $0.friction = .infinity },
        link { $0.motor.timeConstantSeconds = 0 },
        link { $0.motor.maxForce = .nan },
        link { $0.motor.maxVelocity = 0 },
        link { $0.material.friction = -0.1 },
        link { $0.material.restitution = 2 },
        link { $0.colliders = [Collider(shape: .plane)] },
        link { $0.colliders = [Collider(shape: .sphere(radius: 0))] },
        link { $0.colliders = [Collider(shape: .capsule(radius: 1, halfLength: -1))] },
        link { $0.colliders = [Collider(shape: .box(halfExtents: Vector3(1, .nan, 1)))] },
        link { $0.colliders = Array(repeating: Collider(shape: .sphere(radius: 1)), count: 65) },
    ]

    @Test(arguments: badLinks.indices)
    func `A bad link is refused by name`(index: Int) throws {
        let world = try World(WorldSettings(timestepSeconds: 0.01))
        let specification = MultibodySpecification(links: [Self.badLinks[index]])
        let error = #expect(throws: InputError.self) { try world.add(specification) }
        #expect(error?.key?.hasPrefix("link.") == true)
        // The world is as it was.
        world.step()
        #expect(world.isFinite)
    }

    @Test func `Bad gears, bases and counts are refused`() throws {
        let world = try World(WorldSettings(timestepSeconds: 0.01))
        let good = [Self.link { _ in }, Self.link { $0.joint = .fixed }]
        var bad = [
            MultibodySpecification(links: good, gears: [GearSpecification(linkA: 0, linkB: 1)]),
            MultibodySpecification(links: good, gears: [GearSpecification(linkA: 0, linkB: 9)]),
            MultibodySpecification(links: good, gears: [GearSpecification(linkA: 0, linkB: 0)]),
            MultibodySpecification(isBaseFixed: false, links: good),
            MultibodySpecification(links: Array(repeating: good[0], count: 129)),
        ]
        bad.append(MultibodySpecification(links: good))
        bad[5].worldFromBase.translation.x = .nan
        for specification in bad {
            #expect(throws: InputError.self) { try world.add(specification) }
        }
    }

    @Test func `Bad settings are refused`() {
        for timestep in [0, -1, .nan, .infinity, 2] {
            #expect(throws: InputError.self) { try World(WorldSettings(timestepSeconds: timestep)) }
        }
        var settings = WorldSettings(timestepSeconds: 0.01)
        settings.solverIterations = .max
        #expect(throws: InputError.self) { try World(settings) }
        settings = WorldSettings(timestepSeconds: 0.01, gravity: Vector3(0, 0, .nan))
        #expect(throws: InputError.self) { try World(settings) }
    }

    @Test func `Bad bodies are refused, and so is one too many`() throws {
        let world = try World(WorldSettings(timestepSeconds: 0.01))
        let ball = [Collider(shape: .sphere(radius: 0.1))]
        let bad = [
            RigidBodySpecification(name: "empty", motion: .fixed, colliders: []),
            RigidBodySpecification(name: "weightless", mass: 0, colliders: ball),
            RigidBodySpecification(name: "heavy", mass: .infinity, colliders: ball),
            RigidBodySpecification(name: "plane", mass: 1, colliders: [Collider(shape: .plane)]),
            RigidBodySpecification(
                name: "two planes",
                motion: .fixed,
                colliders: Array(repeating: Collider(shape: .plane), count: 2)
            ),
        ]
        for specification in bad {
            #expect(throws: InputError.self) { try world.add(specification) }
        }
        #expect(world.bodyCount == 0)
        let good = RigidBodySpecification(name: "ball", motion: .fixed, colliders: ball)
        for _ in 0..<512 { _ = try world.add(good) }
        let error = #expect(throws: InputError.self) { try world.add(good) }
        #expect(error?.description.contains("at most 512") == true)
    }

    @Test func `A bad motor is refused`() throws {
        let world = try World(WorldSettings(timestepSeconds: 0.01))
        let id = try world.add(MultibodySpecification(links: [Self.link { _ in }]))
        #expect(throws: InputError.self) {
            try world.setMotor(of: id, joint: 0, gains: MotorGains(maxForce: -1))
        }
    }
}
