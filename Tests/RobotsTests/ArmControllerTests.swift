import Diagnostics
import Spatial
import Testing

@testable import Robots

@Suite struct ArmControllerTests {
    let panda: RobotModel

    init() throws { panda = try Panda.model() }

    func controller(
        _ mode: ControlMode,
        workspace: ToolWorkspace? = nil,
        worldFromBase: Pose = .identity
    ) throws -> ArmController {
        var controller = try ArmController(
            model: panda,
            mode: mode,
            scale: ActionScale(translation: 0.01, rotation: 0.05, joint: 0.1),
            worldFromBase: worldFromBase,
            workspace: workspace
        )
        controller.reset(to: panda.homeState)
        return controller
    }

    func accept(_ controller: inout ArmController, _ action: [Float]) {
        action.withUnsafeBufferPointer { controller.accept($0) }
    }

    @Test(arguments: ControlMode.allCases)
    func everyModeHoldsStillAtItsNeutralAction(_ mode: ControlMode) throws {
        var controller = try controller(mode)
        let tool = panda.kinematics.baseFromTool(at: panda.home)
        let turn = tool.rotation.rotationVector
        let neutral: [Float] =
            switch mode {
            case .jointPosition: panda.home.values.map { Float($0) } + [-1]
            case .jointDeltaPosition: [0, 0, 0, 0, 0, 0, 0, -1]
            case .toolDeltaPosition: [0, 0, 0, -1]
            case .toolDeltaPose: [0, 0, 0, 0, 0, 0, -1]
            case .toolPose:
                [
                    tool.translation.x, tool.translation.y, tool.translation.z, turn.x, turn.y,
                    turn.z,
                ]
                .map { Float($0) } + [-1]
            }
        #expect(controller.actionWidth == neutral.count)
        accept(&controller, neutral)
        let command = controller.command(fraction: 1)
        for i in panda.home.indices { #expect(abs(command.arm[i] - panda.home[i]) < 1e-5) }
        #expect(command.gripperOpening == 0.08)
        #expect(controller.lastSolve.converged)
    }

    @Test func deltasAddToTheLastTarget() throws {
        var controller = try controller(.toolDeltaPosition)
        let start = controller.worldFromToolGoal
        // No command is asked for in between: the arm has not moved, the target has.
        for _ in 0..<5 { accept(&controller, [1, 0.5, 0, -1]) }
        let moved = controller.worldFromToolGoal.translation - start.translation
        #expect((moved - Vector3(0.05, 0.025, 0)).length < 1e-9)
        let tool = panda.kinematics.baseFromTool(at: controller.command(fraction: 1).arm)
        #expect((tool.translation - controller.worldFromToolGoal.translation).length < 1e-5)
        #expect(tool.rotation.angle(to: start.rotation) < 1e-4)
    }

    @Test func deltasAreClippedToOne() throws {
        var controller = try controller(.toolDeltaPosition)
        let start = controller.worldFromToolGoal.translation
        accept(&controller, [50, -50, 0.2, 3])
        let moved = controller.worldFromToolGoal.translation - start
        #expect((moved - Vector3(0.01, -0.01, 0.002)).length < 1e-9)
        #expect(controller.openingGoal == 0)
    }

    @Test func theWorkspaceBoundsTheTarget() throws {
        let box = ToolWorkspace(lower: Vector3(0.3, -0.2, 0.1), upper: Vector3(0.47, 0.2, 0.4))
        var controller = try controller(.toolDeltaPosition, workspace: box)
        for _ in 0..<20 { accept(&controller, [1, 0, 0, 1]) }
        #expect(controller.worldFromToolGoal.translation.x == 0.47)
        accept(&controller, [-1, 0, 0, 1])
        #expect(abs(controller.worldFromToolGoal.translation.x - 0.46) < 1e-9)
    }

    @Test func theWayToTheGoalIsMonotonicAndHeldPastItsEnd() throws {
        var controller = try controller(.toolDeltaPose)
        accept(&controller, [1, 0, -1, 0, 0, 1, 1])
        var last = -Double.infinity
        for step in 0...20 {
            let command = controller.command(fraction: Double(step) / 20)
            let x = panda.kinematics.baseFromTool(at: command.arm).translation.x
            #expect(x > last)
            last = x
        }
        let goal = panda.kinematics.baseFromTool(at: controller.command(fraction: 1).arm)
        let turned = Twist(from: panda.kinematics.baseFromTool(at: panda.home), to: goal)
        #expect((turned.linear - Vector3(0.01, 0, -0.01)).length < 1e-5)
        #expect((turned.angular - Vector3(0, 0, 0.05)).length < 1e-4)
        for late in [1.0, 1.5, 40, .infinity] {
            let command = controller.command(fraction: late)
            let tool = panda.kinematics.baseFromTool(at: command.arm)
            #expect((tool.translation - goal.translation).length < 1e-5)
            #expect(command.gripperOpening == 0)
        }
    }

    @Test func aNewActionStartsFromTheLastCommand() throws {
        var controller = try controller(.toolDeltaPosition)
        accept(&controller, [1, 0, 0, -1])
        let half = controller.command(fraction: 0.5)
        let reached = panda.kinematics.baseFromTool(at: half.arm).translation
        accept(&controller, [1, 0, 0, -1])
        let begun = panda.kinematics.baseFromTool(at: controller.command(fraction: 0).arm)
        #expect((begun.translation - reached).length < 1e-5)
        let end = panda.kinematics.baseFromTool(at: controller.command(fraction: 1).arm)
        #expect(abs(end.translation.x - (reached.x + 0.015)) < 1e-5)
    }

    @Test func anUnreachableGoalHoldsTheLastCommandAndDoesNotWindUp() throws {
        var controller = try controller(.toolDeltaPosition)
        for _ in 0..<100 {
            accept(&controller, [1, 0, 0, -1])
            _ = controller.command(fraction: 1)
        }
        #expect(controller.failedSolves > 0)
        let held = controller.command(fraction: 1)
        let reached = panda.kinematics.baseFromTool(at: held.arm).translation.x
        #expect(reached > 0.6 && reached < 1)
        accept(&controller, [-1, 0, 0, -1])
        let back = panda.kinematics.baseFromTool(at: controller.command(fraction: 1).arm)
        #expect(abs(back.translation.x - (reached - 0.01)) < 1e-4)
        #expect(controller.lastSolve.converged)
        controller.reset(to: panda.homeState)
        #expect(controller.failedSolves == 0)
    }

    @Test func jointModesClampToTheLimits() throws {
        var controller = try controller(.jointPosition)
        accept(&controller, [99, -99, 99, 99, 99, 99, 99, 0])
        let command = controller.command(fraction: 1)
        #expect(command.arm[0] == 2.8973 && command.arm[1] == -1.7628 && command.arm[3] == -0.0698)
        #expect(command.gripperOpening == 0.04)
        var delta = try self.controller(.jointDeltaPosition)
        accept(&delta, [1, 0, 0, 0, 0, 0, -2, 0])
        let half = delta.command(fraction: 0.5)
        #expect(abs(half.arm[0] - 0.05) < 1e-12)
        #expect(abs(half.arm[6] - (panda.home[6] - 0.05)) < 1e-12)
    }

    @Test func anActionThatIsNotFiniteIsRefused() throws {
        var controller = try controller(.toolDeltaPosition)
        let before = controller.worldFromToolGoal
        accept(&controller, [.nan, 0, 0, 1])
        accept(&controller, [0, .infinity, 0, 1])
        #expect(controller.refusedActions == 2)
        #expect(controller.worldFromToolGoal == before && controller.openingGoal == 0.08)
    }

    @Test func targetsAreInTheWorldWhereverTheBaseStands() throws {
        let worldFromBase = Pose(
            rotation: Rotation(axis: Vector3(0, 0, 1), angle: .pi / 2),
            translation: Vector3(1, 2, 0.5)
        )
        var controller = try controller(.toolDeltaPosition, worldFromBase: worldFromBase)
        accept(&controller, [1, 0, 0, -1])
        let arm = controller.command(fraction: 1).arm
        let moved =
            panda.kinematics.baseFromTool(at: arm).translation
            - panda.kinematics.baseFromTool(at: panda.home).translation
        // The world's x is the base's -y.
        #expect((moved - Vector3(0, -0.01, 0)).length < 1e-5)
    }

    @Test func aScaleOrWorkspaceThatMakesNoSenseIsRefused() {
        #expect(throws: InputError.self) {
            try ArmController(
                model: panda,
                mode: .toolDeltaPose,
                scale: ActionScale(translation: 1)
            )
        }
        #expect(throws: InputError.self) {
            try ArmController(
                model: panda,
                mode: .toolPose,
                workspace: ToolWorkspace(lower: Vector3(1, 0, 0), upper: .zero)
            )
        }
    }
}
