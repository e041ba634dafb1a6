import Foundation
import Physics
import Robots
import Spatial
import Testing

@testable import Tasks

@Suite struct RobotTrialTests {
    static let shipped = ["panda", "so101", "widowx250s"]

    @Test(arguments: shipped)
    func `a shipped robot stands still and follows a sine with every joint`(
        name: String
    ) throws {
        var trial = try RobotTrial(robot: TaskFolder.robot(name))
        for joint in trial.run() {
            #expect(joint.amplitude > 0)
            #expect(joint.passes, "\(name) \(joint)")
        }
    }

    @Test func `a motor that is too weak is found out`() throws {
        let robot = try TaskFolder.edited(
            "widowx250s",
            replacing: [("torque: 20 N m", "torque: 1 N m")]
        )
        var trial = try RobotTrial(robot: robot)
        let failed = trial.run().filter { !$0.passes }.map(\.name)
        #expect(failed.contains("shoulder"))
        #expect(!failed.contains("wrist_rotate"))
    }

    /// Closes on a cube of 3 cm on the floor, lifts it by 8 cm in a second, holds it for two.
    ///
    /// It must hardly move in the hand. A jaw's faces lean by 6 degrees and more, and the cube turns
    /// until it lies flush with them.
    @Test(arguments: shipped)
    func `a shipped gripper lifts a cube and holds it`(name: String) throws {
        let robot = try TaskFolder.robot(name)
        var scene = try HandScene(robot: robot)
        scene.closeAndLift()
        let lifted = scene.toolFromCube
        #expect(scene.cubeHeight > 0.015 + 0.075, "\(scene.cubeHeight)")
        scene.hold(seconds: 2)
        #expect(scene.cubeHeight > 0.015 + 0.075, "\(scene.cubeHeight)")
        let slip = (scene.toolFromCube.translation - lifted.translation).length
        let isJaw = robot.gripper?.kind == .jaw
        #expect(slip < (isJaw ? 5e-3 : 2e-3), "\(slip)")
        let turn = scene.toolFromCube.rotation.angle(to: lifted.rotation)
        #expect(turn < (isJaw ? 0.5 : 0.1), "\(turn)")
    }
}

/// A robot at home over a cube of 3 cm on the floor, straight below its tool.
struct HandScene {
    private let robot: RobotModel
    private let world: World
    private let arm: MultibodyID
    private let cube: BodyID
    private var tool: Pose
    private var opening: Double
    private var joints: JointVector

    init(robot: RobotModel) throws {
        self.robot = robot
        world = try World(WorldSettings(timestepSeconds: 1 / 240))
        arm = try world.add(MultibodySpecification(robot: robot, worldFromBase: .identity))
        _ = try world.add(
            RigidBodySpecification(
                name: "floor",
                motion: .fixed,
                colliders: [Collider(shape: .plane)],
                material: Material(friction: 0.8, rollingFriction: 0.001, spinningFriction: 0.01)
            )
        )
        joints = robot.home
        tool = robot.kinematics.baseFromTool(at: joints)
        opening = min(robot.gripper?.maxOpening ?? 0, 0.06)
        let below = Vector3(tool.translation.x, tool.translation.y, 0.0151)
        cube = try world.add(
            RigidBodySpecification(
                name: "cube",
                mass: 0.027,
                colliders: [Collider(shape: .box(halfExtents: Vector3(repeating: 0.015)))],
                material: Material(friction: 0.8, rollingFriction: 0.001, spinningFriction: 0.01),
                worldFromBody: Pose(translation: below)
            )
        )
        var targets = expanded()
        let rest = targets.map { _ in 0.0 }
        targets.withUnsafeMutableBufferPointer { positions in
            rest.withUnsafeBufferPointer { rest in
                world.setJointState(
                    of: arm,
                    positions: UnsafeBufferPointer(positions),
                    velocities: rest
                )
            }
        }
    }

    var cubeHeight: Double { world.pose(of: cube).translation.z }

    /// Where the cube is in the tool's frame.
    var toolFromCube: Pose {
        var poses = [Pose](repeating: .identity, count: robot.links.count)
        poses.withUnsafeMutableBufferPointer { world.readLinkPoses(of: arm, into: $0) }
        let worldFromTool = poses[robot.armJointCount - 1] * robot.linkFromTool
        return worldFromTool.inverse * world.pose(of: cube)
    }

    mutating func closeAndLift() {
        let bottom = 0.0165
        move(to: bottom, seconds: 1.5)
        hold(seconds: 0.3)
        opening = 0
        hold(seconds: 0.7)
        move(to: bottom + 0.08, seconds: 1)
        hold(seconds: 0.3)
    }

    /// Moves the tool straight up or down to a height.
    private mutating func move(to height: Double, seconds: Double) {
        let start = tool.translation.z
        let ticks = Int(seconds * 60)
        for tick in 1...ticks {
            tool.translation.z = start + (height - start) * Double(tick) / Double(ticks)
            let solution = robot.kinematics.solve(baseFromTool: tool, positions: &joints)
            #expect(solution.converged && solution.rotationResidual < 1e-3, "\(solution)")
            step(4)
        }
    }

    mutating func hold(seconds: Double) {
        for _ in 0..<Int(seconds * 60) { step(4) }
    }

    private func step(_ count: Int) {
        let targets = expanded()
        targets.withUnsafeBufferPointer { world.setMotorTargets(of: arm, positions: $0) }
        world.step(count)
    }

    private func expanded() -> [Double] {
        var targets = [Double](repeating: 0, count: robot.links.count)
        targets.withUnsafeMutableBufferPointer {
            robot.expand(JointCommand(arm: joints, gripperOpening: opening), into: $0)
        }
        return targets
    }
}
