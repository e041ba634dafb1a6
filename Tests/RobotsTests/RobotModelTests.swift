import Diagnostics
import Foundation
import Spatial
import Testing

@testable import Robots

@Suite struct RobotModelTests {
    @Test func homeSolve() throws {
        let panda = try Panda.model()
        let down = Rotation(axis: Vector3(1, 0, 0), angle: .pi)
        var q = panda.home
        let s = panda.kinematics.solve(
            baseFromTool: Pose(rotation: down, translation: Vector3(0.46, 0, 0.28)),
            positions: &q
        )
        print(s, q.values, panda.kinematics.baseFromTool(at: panda.home))
        for l in panda.links {
            print(l.name, l.parent, l.body.mass, l.body.principalInertia, l.body.collisions.count)
        }
    }
}
