import Spatial
import Testing

@testable import Physics

/// A 4 cm cube between two pads of 20 N.
@Suite struct GraspTests {
    @Test(arguments: [240.0, 1000.0])
    func `A 64 g cube is held for five seconds`(rate: Double) throws {
        let scene = try GraspScene(rate: rate)
        scene.closeAndLift()
        let before = scene.handFromCube
        #expect(scene.world.pose(of: scene.cube).translation.z > 0.21)
        scene.hold(seconds: 5)
        let after = scene.handFromCube
        let slip = (after.translation - before.translation).length
        let tilt = scene.world.pose(of: scene.cube).rotation.angle(to: .identity)
        #expect(slip < 0.001)
        #expect(tilt < .pi / 180)
        #expect(scene.world.isFinite)
    }

    @Test func `A 500 g cube slips out at friction 0.1`() throws {
        let scene = try GraspScene(rate: 240, cubeMass: 0.5, friction: 0.1)
        scene.closeAndLift()
        scene.hold(seconds: 1)
        #expect(scene.world.pose(of: scene.cube).translation.z < 0.05)
    }

    @Test func `The gear keeps the fingers together round a cube off centre`() throws {
        let scene = try GraspScene(rate: 240)
        scene.world.setPose(of: scene.cube, to: Pose(translation: Vector3(0, 0.01, 0.02)))
        scene.closeAndLift()
        let fingers = scene.world.joints(scene.hand).positions.suffix(2).map { $0 }
        #expect(abs(fingers[0] - 0.02) < 0.001)
        #expect(abs(fingers[0] - fingers[1]) < 0.001)
    }

    @Test func `The pads press with the motors' force`() throws {
        let scene = try GraspScene(rate: 240)
        scene.closeAndLift()
        for finger in [3, 4] {
            let contact = scene.world.contact(
                between: .link(scene.hand, finger),
                and: .body(scene.cube)
            )
            let force = contact.normalImpulse / scene.world.settings.timestepSeconds
            #expect(contact.pointCount > 0)
            #expect(abs(force - 20) < 3)
        }
    }
}
