import Diagnostics
import Foundation
import Spatial
import Testing

@testable import Physics

/// Equality to the last bit: rebuilt, restored, and on two threads.
@Suite struct DeterminismTests {
    /// The whole arm, whose fingers push cubes, one on another, and a bracket about a floor.
    private struct Scene {
        let world: World
        let robot: MultibodyID
        let initial: [Double]

        init(solver: ConstraintSolver = .packed) throws {
            let arm = try PandaArm.load()
            world = try World(WorldSettings(timestepSeconds: arm.timestep, solver: solver))
            // The floor lies just under the fingers of the arm at home.
            _ = try world.addFloor(at: 0.44)
            for position in [
                Vector3(0.555, 0.08, 0.46), Vector3(0.56, 0.08, 0.50), Vector3(0.5, 0.1, 0.56),
            ] {
                _ = try world.addCube(at: position)
            }
            // A compound that topples against compounds: manifolds of many children.
            _ = try world.add(
                RigidBodySpecification(
                    name: "bracket",
                    mass: 0.2,
                    colliders: [
                        Collider(shape: .box(halfExtents: Vector3(0.05, 0.01, 0.01))),
                        Collider(
                            shape: .box(halfExtents: Vector3(0.01, 0.05, 0.01)),
                            linkFromShape: Pose(translation: Vector3(0.05, 0.03, 0))
                        ),
                        Collider(
                            shape: .cylinder(radius: 0.01, halfLength: 0.04),
                            linkFromShape: Pose(translation: Vector3(-0.04, 0, 0.03))
                        ),
                    ],
                    material: .graspable,
                    worldFromBody: Pose(
                        rotation: Rotation(rotationVector: Vector3(0.4, 0.3, 0.2)),
                        translation: Vector3(0.56, -0.08, 0.52)
                    )
                )
            )
            robot = try world.add(arm.specification(hasShapes: true))
            initial = arm.initial
            world.setJoints(robot, initial)
        }

        /// Whether a finger pushes a cube, a bracket or the floor now.
        var handTouchesSomething: Bool {
            (0..<world.bodyCount).contains { body in
                PandaArm.fingerIndices.contains { finger in
                    let contact = world.contact(
                        between: .link(robot, finger),
                        and: .body(BodyID(index: body))
                    )
                    return contact.pointCount > 0
                }
            }
        }

        /// Sweeps the hand to and fro through the cubes while the fingers open and close.
        func run(to end: Int) {
            while world.stepCount < end {
                if world.stepCount % 8 == 0 {
                    let t = world.elapsedSeconds
                    var target = initial
                    target[0] += 0.3 * sin(2 * t)
                    target[1] += 0.02 * (1 - cos(1.5 * t))
                    target[7] = 0.02 + 0.02 * sin(5 * t)
                    target[8] = target[7]
                    world.setTargets(robot, target)
                }
                world.step()
            }
        }
    }

    private static let steps = 800

    @Test func `A rebuilt world runs to the same bits`() throws {
        let first = try Scene()
        var touchesHand = false
        for step in 1...Self.steps {
            first.run(to: step)
            touchesHand = touchesHand || first.handTouchesSomething
        }
        #expect(touchesHand)
        let second = try Scene()
        second.run(to: Self.steps)
        #expect(first.world.isFinite)
        #expect(first.world.stateHash == second.world.stateHash)
        let other = try Scene()
        other.run(to: Self.steps - 1)
        #expect(other.world.stateHash != first.world.stateHash)
    }

    @Test func `A snapshot at 50 random steps continues to the same bits, here and elsewhere`()
        throws
    {
        let scene = try Scene()
        var random = RandomStream(seed: 7)
        let moments = Set((0..<50).map { _ in Int.random(in: 1..<Self.steps, using: &random) })
        var saved: [(step: Int, snapshot: WorldSnapshot)] = []
        var hashes = [scene.world.stateHash]
        for step in 1...Self.steps + 40 {
            scene.run(to: step)
            hashes.append(scene.world.stateHash)
            if moments.contains(step) { saved.append((step, scene.world.snapshot())) }
        }
        #expect(saved.count >= 45)
        for (step, snapshot) in saved {
            let fresh = try Scene()
            for continued in [scene, fresh] {
                try continued.world.restore(snapshot)
                #expect(continued.world.stepCount == step)
                #expect(continued.world.stateHash == hashes[step])
                continued.run(to: step + 40)
                #expect(continued.world.stateHash == hashes[step + 40])
            }
        }
    }

    @Test func `Taking snapshots does not disturb the run`() throws {
        let plain = try Scene()
        plain.run(to: 300)
        let watched = try Scene()
        for step in 1...300 {
            watched.run(to: step)
            _ = watched.world.snapshot()
        }
        #expect(watched.world.stateHash == plain.world.stateHash)
    }

    @Test func `Two worlds on two threads equal the run on one`() async throws {
        let alone = try Scene()
        alone.run(to: Self.steps)
        let expected = alone.world.stateHash
        let hashes = try await withThrowingTaskGroup(of: UInt64.self) { group in
            for _ in 0..<2 {
                group.addTask {
                    let scene = try Scene()
                    scene.run(to: Self.steps)
                    return scene.world.stateHash
                }
            }
            return try await group.reduce(into: [UInt64]()) { $0.append($1) }
        }
        #expect(hashes == [expected, expected])
    }

    @Test func `Packed rows give the bits of Bullet's own iterations`() throws {
        let packed = try Scene()
        let reference = try Scene(solver: .reference)
        for step in 1...Self.steps {
            packed.run(to: step)
            reference.run(to: step)
            try #require(packed.world.stateHash == reference.world.stateHash, "step \(step)")
        }
        #expect(packed.handTouchesSomething)
        #expect(packed.world.packedStepCount == Self.steps)
        #expect(reference.world.packedStepCount == 0)
    }

    @Test func `A grasp held by packed rows is Bullet's own to the bit`() throws {
        let scenes = try [ConstraintSolver.packed, .reference].map { solver in
            try GraspScene(rate: 240, solver: solver)
        }
        for scene in scenes { scene.closeAndLift() }
        #expect(scenes[0].world.stateHash == scenes[1].world.stateHash)
        #expect(scenes[0].world.pose(of: scenes[0].cube).translation.z > 0.1)
    }

    @Test func `An unknown solver is refused by its variable's name`() throws {
        #expect(try ConstraintSolver.named(nil) == .packed)
        #expect(try ConstraintSolver.named("reference") == .reference)
        let error = #expect(throws: InputError.self) { try ConstraintSolver.named("fast") }
        #expect(error?.key == "SIMRUN_SOLVER")
    }

    @Test func `A snapshot of another world is refused`() throws {
        let scene = try Scene()
        let other = try World(WorldSettings(timestepSeconds: 0.001))
        _ = try other.addFloor()
        #expect(throws: InputError.self) { try scene.world.restore(other.snapshot()) }
    }
}
