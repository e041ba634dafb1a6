import Foundation
import Spatial
import Testing

@testable import Physics

@Suite struct JointSpringTests {
    /// A slider of 0.5 kg on a spring, level, without friction.
    private func slider(
        stiffness: Double,
        rest: Double = 0,
        damping: Double = 0
    ) throws -> (World, MultibodyID) {
        let world = try World(WorldSettings(timestepSeconds: 1.0 / 1000))
        let shape = Collider(shape: .box(halfExtents: Vector3(repeating: 0.02)))
        let id = try world.add(
            MultibodySpecification(
                links: [
                    LinkSpecification(
                        name: "slider",
                        parent: nil,
                        joint: .prismatic,
                        axis: Vector3(1, 0, 0),
                        parentFromLink: .identity,
                        inertial: MassProperties(mass: 0.5, uniformlyOver: [shape]),
                        damping: damping,
                        spring: JointSpring(stiffness: stiffness, rest: rest),
                        colliders: [shape]
                    )
                ],
                linearDamping: 0,
                angularDamping: 0
            )
        )
        return (world, id)
    }

    @Test func `a spring swings with its period`() throws {
        let (world, id) = try slider(stiffness: 20)
        world.setJoints(id, [0.1])
        // T = 2 pi sqrt(m / k) = 0.993 s.
        let period = 2 * Double.pi * (0.5 / 20.0).squareRoot()
        world.step(Int((period / 2 * 1000).rounded()))
        #expect(abs(world.joints(id).positions[0] + 0.1) < 2e-3)
        world.step(Int((period / 2 * 1000).rounded()))
        #expect(abs(world.joints(id).positions[0] - 0.1) < 4e-3)
    }

    @Test func `a damped spring comes to rest where it does not pull`() throws {
        let (world, id) = try slider(stiffness: 50, rest: 0.03, damping: 8)
        world.step(3000)
        #expect(abs(world.joints(id).positions[0] - 0.03) < 1e-5)
    }

    @Test func `a snapshot goes on to the last bit`() throws {
        let (world, id) = try slider(stiffness: 20, damping: 0.1)
        world.setJoints(id, [0.1])
        world.step(100)
        let snapshot = world.snapshot()
        world.step(200)
        let hash = world.stateHash
        try world.restore(snapshot)
        world.step(200)
        #expect(world.stateHash == hash)
        // A world with another spring is another world.
        let (other, _) = try slider(stiffness: 21, damping: 0.1)
        #expect(throws: (any Error).self) { try other.restore(snapshot) }
    }

    @Test(arguments: [-1, Double.nan, .infinity])
    func `a stiffness out of range is refused`(stiffness: Double) {
        #expect(throws: (any Error).self) { try slider(stiffness: stiffness) }
    }
}
