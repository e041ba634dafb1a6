import Diagnostics
import Spatial
import Testing

@testable import Robots

@Suite struct RobotModelTests {
    @Test func thePandaHasSevenArmJointsThenTwoFingers() throws {
        let panda = try Panda.model()
        #expect(panda.name == "panda")
        #expect(panda.armJointCount == 7)
        #expect(panda.links.map(\.parent) == [-1, 0, 1, 2, 3, 4, 5, 6, 6])
        #expect(
            panda.links.map(\.jointName)
                == (1...7).map { "panda_joint\($0)" }
                + ["panda_finger_joint1", "panda_finger_joint2"]
        )
        #expect(panda.links[6].body.mergedNames == ["panda_flange", "panda_hand", "panda_tcp"])
        #expect(panda.links[7].kind == .prismatic)
        #expect(panda.links[8].axis == Vector3(0, -1, 0))
        #expect(panda.links[3].limits.lower == -3.0718)
        #expect(panda.links[4].limits.acceleration == 15)
        #expect(panda.links[0].motor == MotorGains(timeConstant: 0.04, velocityGain: 1))
        let gear = try #require(panda.gears.first)
        #expect((gear.joint, gear.source, gear.multiplier) == (8, 7, 1))
        #expect(panda.links[7].body.friction.sliding == 1)
        #expect(panda.links[6].body.friction.sliding == 0.5)
        #expect(panda.links.allSatisfy { !$0.body.collisions.isEmpty && !$0.body.visuals.isEmpty })
    }

    @Test func homePointsTheToolStraightDownOverTheTable() throws {
        let panda = try Panda.model()
        let tool = panda.kinematics.baseFromTool(at: panda.home)
        let wanted = Vector3(0.46, 0, 0.28)
        #expect((tool.translation - wanted).length < 2e-6)
        #expect((tool.rotation(Vector3(0, 0, 1)) - Vector3(0, 0, -1)).length < 2e-6)
    }

    @Test func mergingTheHandConservesMassAndInertia() throws {
        let panda = try Panda.model()
        let body = panda.links[6].body
        // Both parts as published, as point sets about the frame of link 7.
        let link7 = RigidInertia(
            mass: 0.35973,
            centreOfMass: Vector3(0.00089, -0.00044, 0.05491),
            tensor: SymmetricTensor(diagonal: Vector3(0.000195, 0.000192, 0.000179))
        )
        let link7FromHand = Pose(
            rotation: Rotation(roll: 0, pitch: 0, yaw: -.pi / 4),
            translation: Vector3(0, 0, 0.107)
        )
        let hand = RigidInertia(
            mass: 0.6544,
            centreOfMass: Vector3(0, 0.0119, 0.0207),
            tensor: SymmetricTensor(diagonal: Vector3(0.00186, 0.0003, 0.00174))
        ).transformed(by: link7FromHand)
        #expect(abs(body.mass - 1.01413) < 1e-12)
        let total = link7.tensorAboutOrigin + hand.tensorAboutOrigin
        let found = body.inertia.tensorAboutOrigin
        #expect((total.diagonal - found.diagonal).length < 1e-12)
        #expect((total.offDiagonal - found.offDiagonal).length < 1e-12)
        let moment = link7.centreOfMass * link7.mass + hand.centreOfMass * hand.mass
        #expect((body.inertia.centreOfMass * body.mass - moment).length < 1e-12)
    }

    @Test func principalAxesRebuildEveryTensor() throws {
        let panda = try Panda.model()
        for body in [panda.base] + panda.links.map(\.body) {
            let rebuilt = SymmetricTensor(diagonal: body.principalInertia)
                .rotated(by: body.linkFromInertial.rotation)
            #expect((rebuilt.diagonal - body.inertia.tensor.diagonal).length < 1e-12)
            #expect((rebuilt.offDiagonal - body.inertia.tensor.offDiagonal).length < 1e-12)
        }
    }

    @Test func commandsExpandToFingerTargets() throws {
        let panda = try Panda.model()
        var targets = [Double](repeating: 0, count: 9)
        targets.withUnsafeMutableBufferPointer {
            panda.expand(JointCommand(arm: panda.home, gripperOpening: 0.05), into: $0)
        }
        #expect(Array(targets[..<7]) == panda.home.values)
        #expect(abs(targets[7] - 0.025) < 1e-12 && abs(targets[8] - 0.025) < 1e-12)
        let opening = targets.withUnsafeBufferPointer { panda.gripperOpening(positions: $0) }
        #expect(abs(opening - 0.05) < 1e-12)
    }

    @Test func gripperActionsMapLinearlyByConvention() throws {
        var gripper = try #require(try Panda.model().gripper)
        #expect(gripper.opening(forAction: 1) == 0)
        #expect(gripper.opening(forAction: -1) == 0.08)
        #expect(gripper.opening(forAction: 0) == 0.04)
        #expect(gripper.opening(forAction: 7) == 0)
        #expect(abs(gripper.maxSpeed - 0.4) < 1e-12)
        gripper.convention = .positiveOpens
        #expect(gripper.opening(forAction: 1) == 0.08)
        for action in [-1.0, -0.3, 0, 0.7, 1] {
            let back = gripper.action(forOpening: gripper.opening(forAction: action))
            #expect(abs(back - action) < 1e-12)
        }
    }

    @Test func theSameFilesHashAlike() throws {
        let first = try Panda.model().contentHash
        #expect(try Panda.model().contentHash == first)
        let edited = try Panda.text("robot.yaml") + "# a remark\n"
        let other = try RobotModel.parse(
            name: "panda",
            yaml: edited,
            urdf: Panda.text("robot.urdf")
        )
        #expect(other.contentHash != first)
    }
}
