public import Diagnostics
public import Robots
public import Runtime
import Sensing
import Spatial

/// A task joined with a robot and a control rate: what plants and loops are made from.
public struct TaskSetup: Sendable {
    /// The task.
    public let task: TaskDefinition
    /// The robot.
    public let robot: RobotModel
    /// Control rate and physics timestep.
    public let rate: ControlRate
    /// How fast the target moves, in metres per second; nil where nothing moves by itself.
    public let targetSpeed: Double?

    /// Joins and checks.
    ///
    /// - Parameters:
    ///   - task: The task.
    ///   - robot: The robot.
    ///   - controlHertz: The control rate; nil for the task's own.
    ///   - targetSpeed: How fast the target moves, in metres per second; nil for the task's own.
    /// - Throws: ``Diagnostics/InputError`` when they do not fit.
    public init(
        task: TaskDefinition,
        robot: RobotModel,
        controlHertz: Double? = nil,
        targetSpeed: Double? = nil
    ) throws(InputError) {
        var task = task
        try Self.checkStart(of: task, on: robot)
        for index in task.instructions.indices {
            let own = task.instructions[index].condition
            task.instructions[index].condition = try own.map { (condition) throws(InputError) in
                try condition.resolved(on: robot)
            }
        }
        task.success.condition = try task.success.condition.resolved(on: robot)
        self.task = task
        // The posture that kinematics is drawn to is the one that the arm starts in.
        self.robot = task.robotStart.map { robot.withHome(JointVector($0.joints)) } ?? robot
        self.targetSpeed = try Self.speed(targetSpeed, of: task)
        rate = try ControlRate(
            hertz: controlHertz ?? task.rates.control,
            physicsHertz: task.rates.physics
        )
        guard robot.gripper != nil else {
            throw InputError(
                key: robot.name,
                expected: "a robot with a gripper for task \(task.name)",
                found: "none"
            )
        }
        _ = try controller()
    }

    private static func checkStart(
        of task: TaskDefinition,
        on robot: RobotModel
    ) throws(InputError) {
        guard let start = task.robotStart else { return }
        guard start.joints.count == robot.armJointCount else {
            throw start.place.error(
                expected:
                    "\(robot.armJointCount) positions, one for each arm joint of \(robot.name)",
                found: "\(start.joints.count)"
            )
        }
        for (position, link) in zip(start.joints, robot.armLinks) {
            guard (link.limits.lower...link.limits.upper).contains(position) else {
                throw start.place.error(
                    expected: "\(link.jointName) from \(link.limits.lower) to \(link.limits.upper)",
                    found: "\(position)"
                )
            }
        }
    }

    private static func speed(
        _ asked: Double?,
        of task: TaskDefinition
    ) throws(InputError) -> Double? {
        guard let asked else { return task.targetSpeed?.standard }
        guard let speed = task.targetSpeed, speed.range.contains(asked) else {
            let range = task.targetSpeed?.range
            throw InputError(
                key: "target speed",
                expected: range.map { "\($0.lowerBound) to \($0.upperBound) m/s in \(task.name)" }
                    ?? "none: nothing moves by itself in \(task.name)",
                found: "\(asked) m/s"
            )
        }
        return asked
    }

    /// The target speed that a seed draws from the task's range, for demonstrations; nil where
    /// nothing moves by itself.
    public func drawnTargetSpeed(seed: UInt64) -> Double? {
        guard let range = task.targetSpeed?.range else { return nil }
        var random = RandomStream(seed: seed, stream: 0x7370_6565)
        return random.uniform(in: range)
    }

    /// A plant of this task, to be reset before use.
    ///
    /// - Parameter cloudSeedOffset: Nil, or an ablation: the cameras see the objects where the
    ///   seed so much higher placed them.
    public func makePlant(cloudSeedOffset: UInt64? = nil) throws(InputError) -> SimulatedPlant {
        try SimulatedPlant(setup: self, cloudSeedOffset: cloudSeedOffset)
    }

    /// The same on a robot whose joints servos move, real or emulated: they have delays of their own.
    func withPromptActuators(controlHertz: Double) throws(InputError) -> TaskSetup {
        try TaskSetup(
            task: task,
            robot: robot.withPromptActuators,
            controlHertz: controlHertz,
            targetSpeed: targetSpeed
        )
    }

    /// The controller that turns this task's actions into joint commands.
    public func controller() throws(InputError) -> ArmController {
        try ArmController(
            model: robot,
            mode: task.control.mode,
            scale: task.control.scale,
            worldFromBase: task.worldFromBase,
            workspace: task.control.workspace.map {
                ToolWorkspace(lower: $0.lower, upper: $0.upper)
            }
        )
    }

    /// The robot's limits as the safety gate wants them.
    public func limits() throws(InputError) -> SafetyLimits {
        var limits = try SafetyLimits(robot: robot)
        limits.envelope = task.safety.map(envelope)
        return limits
    }

    /// The same for an arm that is not simulated: where the task says nothing, all parts stay above its
    /// table, the height 0, but for what a soft finger gives.
    public func armLimits() throws(InputError) -> SafetyLimits {
        var limits = try limits()
        limits.envelope = limits.envelope ?? envelope(TaskDefinition.Safety(floor: Self.armFloor))
        return limits
    }

    /// How far under the table a command may reach, in metres.
    private static let armFloor = -0.005

    private func envelope(_ safety: TaskDefinition.Safety) -> SafetyEnvelope {
        SafetyEnvelope(
            robot: robot,
            worldFromBase: task.worldFromBase,
            floor: safety.floor,
            box: safety.box.map { ToolWorkspace(lower: $0.lower, upper: $0.upper) }
        )
    }

    /// The task's scripted expert, seeing the true state of `plant`.
    ///
    /// - Parameters:
    ///   - plant: The plant that the expert will drive, made by ``makePlant(cloudSeedOffset:)``.
    ///   - noise: Standard deviation of noise on the executed motion, in units of the action range.
    public func makeExpert(
        for plant: SimulatedPlant,
        noise: Double = 0
    ) throws(InputError) -> ExpertPolicy {
        let modes: [ControlMode] = [.toolDeltaPosition, .toolDeltaPose]
        guard modes.contains(task.control.mode), let gripper = robot.gripper else {
            throw InputError(
                key: task.name,
                expected:
                    "control mode pd_ee_delta_pos or pd_ee_delta_pose for the scripted expert",
                found: task.control.mode.rawValue
            )
        }
        return ExpertPolicy(
            expert: try Expert.named(task.expert),
            script: try task.script?.resolved(on: robot),
            state: plant.state,
            mode: task.control.mode,
            scale: task.control.scale,
            policyHertz: task.rates.policy,
            closingSign: Float(gripper.action(forOpening: 0)),
            noise: noise
        )
    }

}
