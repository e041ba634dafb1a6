import Foundation
import Spatial
import Testing

@testable import Robots

/// What robots.yaml and URDF of the arms beside the Panda come to.
@Suite struct ShippedRobotTests {
    static func model(_ name: String) throws -> RobotModel {
        let robots = URL(fileURLWithPath: Panda.directory).deletingLastPathComponent().path
        return try RobotModel.load(directory: robots + "/" + name)
    }

    @Test(arguments: [
        ("widowx250s", Vector3(0.301305, 0, 0.135615), Vector3(1, 0, 0)),
        ("so101", Vector3(0.2, 0, 0.08), Vector3(0, 0, 1)),
    ])
    func homePointsTheToolStraightDown(_ name: String, place: Vector3, out: Vector3) throws {
        let robot = try Self.model(name)
        let tool = robot.kinematics.baseFromTool(at: robot.home)
        #expect((tool.translation - place).length < 5e-4, "\(tool.translation)")
        #expect((tool.rotation(out) - Vector3(0, 0, -1)).length < 1e-5)
    }

    @Test func theWidowXHasMirroredFingersAndShadowServos() throws {
        let robot = try Self.model("widowx250s")
        #expect(robot.armJointCount == 6 && robot.links.count == 8)
        let mass = robot.links.map(\.body.mass).reduce(robot.base.mass, +)
        #expect(abs(mass - 2.134879) < 1e-6, "\(mass)")
        let gripper = try #require(robot.gripper)
        #expect(gripper.opening(forAction: 1) == 0.044 && gripper.opening(forAction: -1) == 0)
        var targets = [Double](repeating: 0, count: 8)
        targets.withUnsafeMutableBufferPointer {
            robot.expand(JointCommand(arm: robot.home, gripperOpening: 0.02), into: $0)
        }
        #expect(abs(targets[6] - 0.025) < 1e-12 && abs(targets[7] + 0.025) < 1e-12)
        let gear = try #require(robot.gears.first)
        #expect(gear.multiplier == -1)

        let servos = try #require(robot.servos)
        #expect(
            servos.busProtocol == .dynamixel && servos.servos.map(\.id) == [1, 2, 4, 6, 7, 8, 9]
        )
        #expect(servos.servos[1].shadows == [Servo.Shadow(id: 3, direction: -1)])
        #expect(servos.servos[4].direction == -1)
        #expect(servos.servos[6].crank == ServoCrank(horn: 0.014, rod: 0.024))
    }

    @Test func theJawsOpeningIsAChord() throws {
        let robot = try Self.model("so101")
        #expect(robot.armJointCount == 5 && robot.links.count == 6)
        let gripper = try #require(robot.gripper)
        let finger = try #require(gripper.fingers.first)
        #expect(gripper.kind == .jaw && gripper.padLinks == [4, 5])
        #expect(gripper.jointTarget(of: finger, opening: 0) == finger.closed)
        #expect(abs(gripper.jointTarget(of: finger, opening: 0.114) - finger.open) < 1e-12)
        // The published joint axis swings a point of the jaw by just that chord.
        let hinge = robot.links[5]
        let radius = 0.057 / sin(finger.stroke / 2)
        let pad = Vector3(0, -radius, 0)
        var last = -1.0
        for opening in [0, 0.01, 0.03, 0.06, 0.1, 0.114] {
            let angle = gripper.jointTarget(of: finger, opening: opening)
            let chord =
                (hinge.parentFromLink(at: angle)(pad)
                - hinge.parentFromLink(at: finger.closed)(pad)).length
            #expect(abs(chord - opening) < 1e-9)
            #expect(abs(gripper.opening(of: finger, position: angle) - opening) < 1e-9)
            #expect(angle > last)
            last = angle
            // No opening asks the joint for more than its speed.
            let ahead = gripper.jointTarget(of: finger, opening: opening + gripper.maxSpeed * 1e-4)
            #expect(ahead - angle <= hinge.limits.velocity * 1e-4 * (1 + 1e-6))
        }
        #expect(abs(gripper.maxForce - 0.74 / radius) < 1e-9)
        let servos = try #require(robot.servos)
        #expect(servos.servos.map(\.id) == [1, 2, 3, 4, 5, 6] && servos.busProtocol == .feetech)
    }

    @Test(arguments: ["widowx250s", "so101"])
    func kinematicsGoThereAndBack(_ name: String) throws {
        let robot = try Self.model(name)
        let (lower, upper) = (robot.kinematics.lower, robot.kinematics.upper)
        var stream = RandomStream(seed: 5)
        for _ in 0..<200 {
            var q = robot.home
            for i in q.indices { q[i] += stream.uniform(in: -0.4...0.4) }
            q = q.clamped(lower: lower, upper: upper)
            let target = robot.kinematics.baseFromTool(at: q)
            var found = robot.home
            let solution = robot.kinematics.solve(baseFromTool: target, positions: &found)
            let reached = robot.kinematics.baseFromTool(at: found)
            #expect(solution.converged, "\(solution)")
            #expect((reached.translation - target.translation).length < 1e-5)
            #expect(reached.rotation.angle(to: target.rotation) < 1e-3)
            #expect(found == found.clamped(lower: lower, upper: upper))
        }
    }

    /// Five joints cannot hold every pose: the position is exact, and no motion that keeps it would
    /// bring the rotation nearer.
    @Test func aFiveJointArmYieldsItsRotationAlone() throws {
        let robot = try Self.model("so101")
        let model = robot.kinematics
        #expect(model.rotationAlwaysYields)
        var stream = RandomStream(seed: 6)
        var farthest = 0.0
        for _ in 0..<100 {
            var q = robot.home
            for i in 0..<5 { q[i] += stream.uniform(in: -0.3...0.3) }
            q = q.clamped(lower: model.lower, upper: model.upper)
            var target = model.baseFromTool(at: q)
            let twist = Vector3(stream.uniform(in: -0.4...0.4), stream.uniform(in: -0.4...0.4), 0)
            target.rotation = Rotation(rotationVector: twist) * target.rotation
            var found = robot.home
            let solution = model.solve(baseFromTool: target, positions: &found)
            #expect(solution.converged && solution.positionResidual < 2e-6, "\(solution)")
            farthest = max(farthest, solution.rotationResidual)
            let isFree = zip(found.values, zip(model.lower.values, model.upper.values))
                .allSatisfy { $1.0 < $0 && $0 < $1.1 }
            guard isFree else { continue }
            let uphill = freeSlope(model, found, target)
            #expect(uphill < 2e-3, "\(uphill) \(solution)")
        }
        #expect(farthest > 0.1, "all targets could be held")
    }

    /// How steeply the rotation error falls along the motions that keep the position.
    private func freeSlope(_ model: KinematicModel, _ q: JointVector, _ target: Pose) -> Double {
        var jacobian = [Double](repeating: 0, count: 30)
        jacobian.withUnsafeMutableBufferPointer { model.jacobian(at: q, into: $0) }
        let reached = model.baseFromTool(at: q)
        let error = (target.rotation * reached.rotation.inverse).rotationVector
        let rows = (0..<6).map { row in (0..<5).map { jacobian[row * 5 + $0] } }
        func dot(_ a: [Double], _ b: [Double]) -> Double {
            zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
        }
        var slope = (0..<5).map { i in (0..<3).reduce(0) { $0 + rows[3 + $1][i] * error[$1] } }
        // Gram and Schmidt: what lies along the position's rows is taken out.
        var basis: [[Double]] = []
        for row in rows[..<3] {
            var rest = row
            for one in basis { rest = zip(rest, one).map { $0 - dot(row, one) * $1 } }
            let length = dot(rest, rest).squareRoot()
            if length > 1e-9 { basis.append(rest.map { $0 / length }) }
        }
        for one in basis {
            let share = dot(slope, one)
            slope = zip(slope, one).map { $0 - share * $1 }
        }
        return dot(slope, slope).squareRoot()
    }
}
