import Foundation
import Spatial
import Testing

@testable import Physics

/// Joint paths against PyBullet 3.2.7, which wraps the same engine in an independent way.
@Suite struct PyBulletParityTests {
    /// The targets that the fixture's script sends before step `step`.
    static func targets(_ arm: PandaArm, step: Int) -> [Double] {
        let t = Double(step) * arm.timestep
        let joints = (0..<7).map { i in
            let phase = Double(i)
            return arm.initial[i] + 0.3 * sin((1 + 0.35 * phase) * t + phase) - 0.3 * sin(phase)
        }
        let finger = 0.02 + 0.015 * sin(2 * t)
        return joints + [finger, finger]
    }

    @Test func `Joint paths over four seconds agree to 1e-6 rad`() throws {
        let arm = try PandaArm.load()
        let world = try World(WorldSettings(timestepSeconds: arm.timestep))
        let robot = try world.add(arm.specification())
        world.setJoints(robot, arm.initial)
        var worst = 0.0
        var worstVelocity = 0.0
        var worstHand = 0.0
        for row in arm.rows {
            while world.stepCount < row.step {
                world.setTargets(robot, Self.targets(arm, step: world.stepCount))
                world.step()
            }
            let (positions, velocities) = world.joints(robot)
            for i in 0..<9 {
                worst = max(worst, abs(positions[i] - row.q[i]))
                worstVelocity = max(worstVelocity, abs(velocities[i] - row.qd[i]))
            }
            let hand = world.linkPoses(robot)[PandaArm.handIndex]
            let expected = Pose(
                rotation: Rotation(
                    x: row.handRotation[0],
                    y: row.handRotation[1],
                    z: row.handRotation[2],
                    w: row.handRotation[3]
                ),
                translation: Vector3(row.hand)
            )
            worstHand = max(
                worstHand,
                (hand.translation - expected.translation).length,
                hand.rotation.angle(to: expected.rotation)
            )
        }
        #expect(arm.rows.count == 40 && world.stepCount == 960)
        #expect(worst < 1e-6)
        #expect(worstVelocity < 1e-5)
        #expect(worstHand < 1e-6)
    }
}
