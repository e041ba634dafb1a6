import Foundation
import Spatial
import Testing

@testable import Robots

@Suite struct KinematicModelTests {
    let panda: RobotModel

    init() throws { panda = try Panda.model() }

    /// A configuration uniform within the joint limits.
    func random(_ stream: inout RandomStream) -> JointVector {
        var q = JointVector(count: 7)
        let (lower, upper) = (panda.kinematics.lower, panda.kinematics.upper)
        for i in q.indices { q[i] = stream.uniform(in: lower[i]...upper[i]) }
        return q
    }

    /// The published modified Denavit-Hartenberg table, row-major 4×4 matrices.
    func denavitHartenberg(_ q: JointVector) -> [Double] {
        let a = [0, 0, 0, 0.0825, -0.0825, 0, 0.088]
        let d = [0.333, 0, 0.316, 0, 0.384, 0, 0]
        let alpha = [0, -0.5, 0.5, 0.5, -0.5, 0.5, 0.5].map { $0 * Double.pi }
        func product(_ x: [Double], _ y: [Double]) -> [Double] {
            var out = [Double](repeating: 0, count: 16)
            for row in 0..<4 {
                for column in 0..<4 {
                    for k in 0..<4 { out[row * 4 + column] += x[row * 4 + k] * y[k * 4 + column] }
                }
            }
            return out
        }
        var total = (0..<16).map { $0 % 5 == 0 ? 1.0 : 0 }
        for i in 0..<7 {
            let (c, s) = (cos(q[i]), sin(q[i]))
            let (ca, sa) = (cos(alpha[i]), sin(alpha[i]))
            var step: [Double] = [c, -s, 0, a[i]]
            step += [s * ca, c * ca, -sa, -sa * d[i]]
            step += [s * sa, c * sa, ca, ca * d[i]]
            step += [0, 0, 0, 1]
            total = product(total, step)
        }
        // Flange and tool centre point along z, the hand turned by -45 degrees.
        let h = 0.5.squareRoot()
        var tool: [Double] = [h, h, 0, 0, -h, h, 0, 0]
        tool += [0, 0, 1, 0.107 + 0.1034, 0, 0, 0, 1]
        return product(total, tool)
    }

    @Test func forwardKinematicsAgreeWithDenavitAndHartenberg() {
        var stream = RandomStream(seed: 1)
        for _ in 0..<100 {
            let q = random(&stream)
            let tool = panda.kinematics.baseFromTool(at: q)
            let matrix = denavitHartenberg(q)
            for (column, axis) in [Vector3(1, 0, 0), Vector3(0, 1, 0), Vector3(0, 0, 1)]
                .enumerated()
            {
                let expected = Vector3(matrix[column], matrix[4 + column], matrix[8 + column])
                #expect((tool.rotation(axis) - expected).length < 1e-12)
            }
            #expect((tool.translation - Vector3(matrix[3], matrix[7], matrix[11])).length < 1e-12)
        }
    }

    @Test func linkPosesChainTheLinks() {
        var stream = RandomStream(seed: 2)
        let arm = random(&stream)
        let q = arm.values + [0.01, 0.03]
        var poses = [Pose](repeating: .identity, count: 9)
        q.withUnsafeBufferPointer { q in
            poses.withUnsafeMutableBufferPointer { panda.kinematics.linkPoses(at: q, into: $0) }
        }
        for (i, link) in panda.links.enumerated() {
            let parent = link.parent < 0 ? Pose.identity : poses[link.parent]
            let expected = parent * link.parentFromLink(at: q[i])
            #expect((poses[i].translation - expected.translation).length < 1e-12)
            #expect(poses[i].rotation.angle(to: expected.rotation) < 1e-7)
        }
        let tool = poses[6] * panda.linkFromTool
        let direct = panda.kinematics.baseFromTool(at: arm)
        #expect((tool.translation - direct.translation).length < 1e-12)
    }

    @Test func theJacobianIsTheDerivative() {
        var stream = RandomStream(seed: 4)
        var jacobian = [Double](repeating: 0, count: 42)
        let h = 1e-6
        for _ in 0..<50 {
            let q = random(&stream)
            jacobian.withUnsafeMutableBufferPointer { panda.kinematics.jacobian(at: q, into: $0) }
            for i in 0..<7 {
                var (below, above) = (q, q)
                below[i] -= h
                above[i] += h
                let motion = Twist(
                    from: panda.kinematics.baseFromTool(at: below),
                    to: panda.kinematics.baseFromTool(at: above)
                )
                let column = (0..<6).map { jacobian[$0 * 7 + i] }
                let linear = Vector3(column[0], column[1], column[2])
                let angular = Vector3(column[3], column[4], column[5])
                #expect((motion.linear / (2 * h) - linear).length < 1e-8)
                #expect((motion.angular / (2 * h) - angular).length < 1e-8)
            }
        }
    }

    @Test func inverseKinematicsReachPosesNearHomeWithinTheLimits() {
        var stream = RandomStream(seed: 5)
        var iterations = 0
        for _ in 0..<200 {
            var q = panda.home
            for i in q.indices { q[i] += stream.uniform(in: -0.5...0.5) }
            q = q.clamped(lower: panda.kinematics.lower, upper: panda.kinematics.upper)
            let target = panda.kinematics.baseFromTool(at: q)
            var found = panda.home
            let solution = panda.kinematics.solve(baseFromTool: target, positions: &found)
            #expect(solution.converged, "\(q.values) \(solution)")
            let reached = panda.kinematics.baseFromTool(at: found)
            #expect((reached.translation - target.translation).length < 1e-5)
            #expect(reached.rotation.angle(to: target.rotation) < 2e-5)
            #expect(
                found
                    == found.clamped(lower: panda.kinematics.lower, upper: panda.kinematics.upper)
            )
            iterations += solution.iterations
        }
        #expect(iterations < 200 * 15)
    }

    @Test func aWarmStartNeedsFewIterations() {
        var q = panda.home
        var target = panda.kinematics.baseFromTool(at: q)
        for _ in 0..<100 {
            target.translation += Vector3(0.0005, 0.0004, -0.0003)
            let solution = panda.kinematics.solve(baseFromTool: target, positions: &q)
            #expect(solution.converged && solution.iterations <= 3, "\(solution)")
        }
    }

    @Test func anUnreachablePoseIsReportedAndStaysWithinTheLimits() {
        var q = panda.home
        let far = Pose(translation: Vector3(3, 0, 0))
        let solution = panda.kinematics.solve(baseFromTool: far, positions: &q)
        #expect(!solution.converged && solution.positionResidual > 1)
        #expect(q.isFinite)
        #expect(q == q.clamped(lower: panda.kinematics.lower, upper: panda.kinematics.upper))
    }

    @Test func theNullSpaceDrawsThePostureHome() {
        // The same tool pose with the elbow swung out: repeated solves swing it back.
        var q = panda.home
        q[0] += 0.4
        q[2] -= 0.4
        let target = panda.kinematics.baseFromTool(at: panda.home)
        _ = panda.kinematics.solve(baseFromTool: target, positions: &q)
        let before = abs(q[2])
        for _ in 0..<300 { _ = panda.kinematics.solve(baseFromTool: target, positions: &q) }
        #expect(abs(q[2]) < before / 10)
        let tool = panda.kinematics.baseFromTool(at: q)
        #expect((tool.translation - target.translation).length < 1e-5)
    }
}
