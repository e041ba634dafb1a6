public import Diagnostics
public import Spatial

/// Turns policy actions into joint commands: accumulates targets, interpolates, solves kinematics.
///
/// One value per control loop. ``accept(_:)`` takes an action once a policy period and
/// ``command(fraction:)`` gives the joint command at any moment of that period. Neither allocates.
///
/// - Deltas add to the **last target**, not to the measured pose, so a lag of the arm is no drift.
/// - Between actions the target moves from the last command to the goal in a straight line.
/// - A stale target is held (``StaleTarget/hold``): past the period nothing is extrapolated.
/// - Where inverse kinematics fails, the last command is held and the failure counted; the next
///   delta adds to the last target that was reached, so an unreachable goal does not wind up.
/// - An arm of fewer than six joints holds the tool's position and turns it as far as it can. A mode
///   that keeps the rotation goes on wishing for the one it started with; changes of rotation add to
///   the one that was reached.
public struct ArmController: Sendable {
    /// The robot that is driven.
    public let model: RobotModel
    /// What an action's numbers mean.
    public let mode: ControlMode
    /// What happens past the end of a policy period.
    public let staleTarget = StaleTarget.hold
    /// How many numbers an action has.
    public let actionWidth: Int
    /// How the last inverse kinematics ended; converged in joint space.
    public private(set) var lastSolve = KinematicSolution.none
    /// Commands since ``reset(to:)`` for which inverse kinematics failed.
    public private(set) var failedSolves = 0
    /// Actions since ``reset(to:)`` refused because a number was not finite.
    public private(set) var refusedActions = 0

    private let scale: ActionScale
    private let worldFromBase: Pose
    private let baseFromWorld: Pose
    private let workspace: ToolWorkspace?
    private let solver: KinematicSolver
    private let lower: JointVector
    private let upper: JointVector

    private var start: Target
    private var goal: Target
    private var commanded: Target
    /// The rotation vector in the world that takes `start`'s rotation to `goal`'s.
    private var turn = Vector3.zero
    private var lastCommand: JointCommand

    /// One point of the way: a tool pose in the world, arm positions and the gripper's opening.
    private struct Target: Sendable, BitwiseCopyable {
        var worldFromTool: Pose
        var joints: JointVector
        var opening: Double
    }

    /// Creates a controller with the robot at home.
    ///
    /// - Parameters:
    ///   - model: The robot.
    ///   - mode: What an action's numbers mean.
    ///   - scale: How far an action of 1 moves, for delta modes.
    ///   - worldFromBase: Where the robot stands.
    ///   - workspace: A box that the tool's target never leaves; nil for none.
    ///   - solver: Tolerances of inverse kinematics.
    /// - Throws: ``InputError`` for a scale that is not positive or an empty workspace.
    public init(
        model: RobotModel,
        mode: ControlMode,
        scale: ActionScale = ActionScale(),
        worldFromBase: Pose = .identity,
        workspace: ToolWorkspace? = nil,
        solver: KinematicSolver = KinematicSolver()
    ) throws(InputError) {
        try scale.check(for: mode)
        if let workspace {
            let isBox =
                workspace.lower.isFinite && workspace.upper.isFinite
                && all(workspace.lower .<= workspace.upper)
            guard isBox else {
                throw InputError(
                    key: "workspace",
                    expected: "a lower corner below the upper",
                    found: "\(workspace.lower) and \(workspace.upper)"
                )
            }
        }
        self.model = model
        self.mode = mode
        self.scale = scale
        self.worldFromBase = worldFromBase
        self.workspace = workspace
        self.solver = solver
        baseFromWorld = worldFromBase.inverse
        actionWidth = mode.actionWidth(jointCount: model.armJointCount)
        lower = model.kinematics.lower
        upper = model.kinematics.upper
        let home = model.homeState
        let target = Target(
            worldFromTool: worldFromBase * model.kinematics.baseFromTool(at: home.positions),
            joints: home.positions,
            opening: home.gripperOpening
        )
        start = target
        goal = target
        commanded = target
        lastCommand = JointCommand(arm: target.joints, gripperOpening: target.opening)
    }

    /// The tool's target at the end of the policy period, in the world.
    public var worldFromToolGoal: Pose { goal.worldFromTool }

    /// The same in every mode, found by forward kinematics where the target is joints.
    public var worldFromToolTarget: Pose {
        mode.isJointSpace ? worldFromTool(at: goal.joints) : goal.worldFromTool
    }

    /// The gripper's opening in metres at the end of the policy period.
    public var openingGoal: Double { goal.opening }

    /// The tool's pose in the world at arm positions `[armJointCount]`.
    public func worldFromTool(at positions: JointVector) -> Pose {
        worldFromBase * model.kinematics.baseFromTool(at: positions)
    }

    /// Makes the target be where the robot is and forgets the past.
    public mutating func reset(to state: JointState) {
        precondition(state.positions.count == model.armJointCount)
        let joints = state.positions.clamped(lower: lower, upper: upper)
        let target = Target(
            worldFromTool: worldFromBase * model.kinematics.baseFromTool(at: joints),
            joints: joints,
            opening: state.gripperOpening
        )
        start = target
        goal = target
        commanded = target
        turn = .zero
        lastCommand = JointCommand(arm: joints, gripperOpening: target.opening)
        lastSolve = .none
        failedSolves = 0
        refusedActions = 0
    }

    /// Takes a new action `[actionWidth]`; the way to its goal begins at the last command.
    ///
    /// Numbers of delta modes and the gripper's are clipped to `-1...1`; targets are bounded by the
    /// joint limits and the workspace. An action with a number that is not finite is refused: the
    /// goal stays, ``refusedActions`` counts it.
    public mutating func accept(_ action: UnsafeBufferPointer<Float>) {
        precondition(action.count == actionWidth)
        for number in action where !number.isFinite {
            refusedActions += 1
            return
        }
        if !lastSolve.converged { goal = commanded }
        start = commanded
        switch mode {
        case .jointPosition, .jointDeltaPosition: acceptJoints(action)
        case .toolDeltaPosition, .toolDeltaPose, .toolPose: acceptTool(action)
        }
        if let gripper = model.gripper {
            goal.opening = gripper.opening(forAction: Double(action[actionWidth - 1]))
        }
    }

    /// The joint command at a moment of the policy period.
    ///
    /// - Parameter fraction: The share of the policy period that has passed since ``accept(_:)``;
    ///   beyond `0...1` the nearer end is held.
    public mutating func command(fraction: Double) -> JointCommand {
        let f = fraction >= 1 ? 1 : max(fraction, 0)
        let opening = start.opening * (1 - f) + goal.opening * f
        commanded.opening = opening
        lastCommand.gripperOpening = opening
        if mode.isJointSpace {
            commanded.joints = start.joints.interpolated(to: goal.joints, fraction: f)
            lastCommand.arm = commanded.joints
        } else {
            commandTool(f)
        }
        return lastCommand
    }

    private mutating func acceptJoints(_ action: UnsafeBufferPointer<Float>) {
        for i in goal.joints.indices {
            let number = Double(action[i])
            goal.joints[i] = mode.isDelta ? goal.joints[i] + clip(number) * scale.joint : number
        }
        goal.joints = goal.joints.clamped(lower: lower, upper: upper)
    }

    private mutating func acceptTool(_ action: UnsafeBufferPointer<Float>) {
        let linear = Vector3(Double(action[0]), Double(action[1]), Double(action[2]))
        var target = goal.worldFromTool
        if mode.isDelta {
            target.translation += clip(linear) * scale.translation
        } else {
            target.translation = linear
        }
        if mode == .toolDeltaPose, lastSolve.rotationResidual > solver.rotationTolerance {
            target.rotation = worldFromTool(at: commanded.joints).rotation
        }
        if mode != .toolDeltaPosition {
            let angular = Vector3(Double(action[3]), Double(action[4]), Double(action[5]))
            target.rotation =
                mode.isDelta
                ? Rotation(rotationVector: clip(angular) * scale.rotation) * target.rotation
                : Rotation(rotationVector: angular)
        }
        if let workspace { target.translation = workspace.clamped(target.translation) }
        goal.worldFromTool = target
        turn = (target.rotation * start.worldFromTool.rotation.inverse).rotationVector
    }

    private mutating func commandTool(_ f: Double) {
        let from = start.worldFromTool
        let to = goal.worldFromTool
        let target = Pose(
            rotation: Rotation(rotationVector: turn * f) * from.rotation,
            translation: from.translation * (1 - f) + to.translation * f
        )
        var joints = commanded.joints
        lastSolve = model.kinematics.solve(
            baseFromTool: baseFromWorld * target,
            positions: &joints,
            solver: solver
        )
        guard lastSolve.converged, joints.isFinite else {
            failedSolves += 1
            return
        }
        commanded.worldFromTool = target
        commanded.joints = joints
        lastCommand.arm = joints
    }

    private func clip(_ number: Double) -> Double { min(max(number, -1), 1) }

    private func clip(_ vector: Vector3) -> Vector3 {
        pointwiseMin(pointwiseMax(vector, Vector3(repeating: -1)), Vector3(repeating: 1))
    }
}
