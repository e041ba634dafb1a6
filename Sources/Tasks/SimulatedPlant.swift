public import Diagnostics
import Physics
public import Robots
public import Runtime
public import Sensing
public import Spatial

/// A task's scene in Bullet, driven by joint commands and seen through its sensors.
///
/// Time is counted in physics timesteps, so that no rounding builds up. ``reset(seed:)`` builds
/// the world anew; everything in the tick reuses memory taken there.
public struct SimulatedPlant: Plant {
    /// The scene's true state: for experts and judges.
    let state: SceneState

    let setup: TaskSetup
    private let cloudSeedOffset: UInt64?
    private(set) var scene: SceneWorld
    private var steps = 0
    private var sensors: SensorSuite
    private(set) var seen: SceneVisuals
    private var actuator: ActuatorModel
    private var judge: SuccessJudge
    private var milestones = Milestones()
    /// What this episode is told to do.
    public private(set) var instruction: InstructionChoice
    /// Where an ablation shows the objects; nil when cameras see the truth.
    private var shown: (objects: [Pose], fixtures: [FixtureState])?
    /// How fast the target moves in this episode, in metres per second; 0 where none does.
    private var targetSpeed = 0.0

    // Scratch of the tick, taken once.
    private(set) var positions: [Double]
    private(set) var velocities: [Double]
    private var targets: [Double]
    private(set) var linkPoses: [Pose]
    /// For viewers.
    let touching = ContactScratch()
    private let jointCount: Int
    /// The fixture whose joint success speaks of.
    private var aimed: Int?
    /// Success is judged every so many timesteps, once per control period of the task, so that
    /// neither a delay nor another control rate changes how closely an episode is watched.
    private let judgementSteps: Int

    init(setup: TaskSetup, cloudSeedOffset: UInt64?) throws(InputError) {
        self.setup = setup
        self.cloudSeedOffset = cloudSeedOffset
        let robot = setup.robot
        let task = setup.task
        state = SceneState(
            scene: task.scene,
            target: task.target(of: 0),
            padLinks: robot.gripper?.padLinks ?? []
        )
        state.models = task.fixtures.map(\.model)
        scene = try SceneWorld(
            setup: setup,
            placement: try ScenePlacement(task: task, seed: 0),
            speed: setup.targetSpeed ?? 0
        )
        seen = SceneVisuals(task: task, robot: robot)
        sensors = try SensorSuite(task: task, visuals: seen.visuals)
        judge = SuccessJudge(predicate: setup.task.success)
        instruction = try setup.task.instruction(seed: 0)
        jointCount = robot.links.count
        state.robotJoints = [Double](repeating: 0, count: robot.links.count)
        judgementSteps = max(1, Int((setup.rate.physicsHertz / task.rates.control).rounded(.down)))
        positions = [Double](repeating: 0, count: jointCount)
        velocities = positions
        targets = positions
        linkPoses = [Pose](repeating: .identity, count: jointCount)
        actuator = ActuatorModel(
            timing: robot.actuator,
            rate: setup.rate,
            start: JointVector(count: jointCount)
        )
        try reset(seed: 0)
    }

    /// Starts the episode of `seed`: builds the world, brings the arm home, forgets everything.
    ///
    /// - Parameters:
    ///   - seed: Draws everything that is random.
    ///   - speed: How fast the target moves, in metres per second; nil for the set-up's.
    ///   - instruction: What to do; nil for the seed's draw.
    public mutating func reset(
        seed: UInt64,
        targetSpeed speed: Double? = nil,
        instruction asked: InstructionChoice? = nil
    ) throws(InputError) {
        let placement = try ScenePlacement(task: setup.task, seed: seed)
        instruction = if let asked { asked } else { try setup.task.instruction(seed: seed) }
        let success = setup.task.success(of: instruction.index)
        targetSpeed = speed ?? setup.targetSpeed ?? 0
        scene = try SceneWorld(setup: setup, placement: placement, speed: targetSpeed)
        drive()
        scene.bringHome(setup)
        steps = 0
        state.goal = placement.goal
        state.clearTouches()
        state.target = setup.task.target(of: instruction.index)
        state.condition = success.condition
        aimed = success.fixture
        state.fixtures = placement.states(of: setup.task)
        shown = nil
        if let cloudSeedOffset {
            let other = try ScenePlacement(task: setup.task, seed: seed &+ cloudSeedOffset)
            shown = (other.worldFromObject, other.states(of: setup.task))
        }
        judge = SuccessJudge(predicate: success)
        milestones = Milestones()
        sensors.reset(seed: seed)
        readWorld()
        state.grip = GripGeometry(
            robot: setup.robot,
            mode: setup.task.control.mode,
            worldFromTool: state.worldFromTool,
            links: linkPoses
        )
        for index in state.startHeights.indices {
            state.startHeights[index] = state.worldFromObject[index].translation.z
        }
        actuator = ActuatorModel(
            timing: setup.robot.actuator,
            rate: setup.rate,
            start: JointVector(positions)
        )
        judge.judge(state, at: .zero)
        capturePictures()
    }

    /// A blank observation with room for what this plant senses.
    public var blankObservation: Observation {
        var observation = Observation(
            jointCount: setup.robot.armJointCount,
            cloudPoints: setup.task.cloud?.points ?? 0,
            frames: sensors.blankFrames
        )
        observation.conveyorSpeed = setup.task.conveyorEncoder == nil ? nil : 0
        return observation
    }

    /// What can be seen, where it is now.
    public var visuals: [Visual] {
        var current = seen
        current.update(
            links: linkPoses,
            objects: state.worldFromObject,
            fixtures: state.fixtures,
            worldFromTool: state.worldFromTool
        )
        return current.visuals
    }

    /// Moves ``seen`` to where everything is now.
    mutating func placeVisuals() {
        seen.update(
            links: linkPoses,
            objects: state.worldFromObject,
            fixtures: state.fixtures,
            worldFromTool: state.worldFromTool
        )
    }

    /// The declared goal in the world, for pictures that people look at; nil without one.
    public var goal: Vector3? { setup.task.goal == nil ? nil : state.goal }

    /// The true state as one vector: joint positions and velocities, then each object's position
    /// and quaternion `(x, y, z, w)` in scene order, then each fixture's joint positions and
    /// velocities, then the goal.
    public var flatState: [Double] {
        [Double](unsafeUninitializedCapacity: stateCount) { flat, count in
            count = stateCount
            copyState(into: UnsafeMutableBufferPointer(rebasing: flat[..<count]))
        }
    }

    /// The hash of the physics state.
    public var stateHash: UInt64 { scene.world.stateHash }

    /// What went wrong, in the task's words, for an episode that did not succeed.
    public var failureCause: String {
        milestones.cause(
            status: judge.status,
            object: state.target.map { setup.task.scene[$0].name }
                ?? aimed.map { setup.task.fixtures[$0].name },
            isGrasped: state.isGrasped,
            aim: TaskAim(setup.task, instruction: instruction.index)
        )
    }

    // MARK: Plant

    /// Physics timesteps since the reset, as time.
    public var elapsed: TimeSpan { setup.rate.instant(afterSubsteps: steps) }

    /// Encoder readings.
    public var jointState: JointState {
        JointState(
            positions: JointVector(positions[..<setup.robot.armJointCount]),
            velocities: JointVector(velocities[..<setup.robot.armJointCount]),
            gripperOpening: state.gripperOpening
        )
    }

    /// The judgement of the success predicate.
    public var status: EpisodeStatus { judge.status }

    /// Reads encoders, and casts the newest picture that has arrived.
    public mutating func sense(into observation: inout Observation) {
        observation.capturedAt = elapsed
        for index in 0..<setup.robot.armJointCount {
            observation.jointPositions[index] = positions[index]
            observation.jointVelocities[index] = velocities[index]
        }
        observation.gripperOpening = state.gripperOpening
        observation.worldFromTool = state.worldFromTool
        observation.conveyorSpeed = setup.task.conveyorEncoder == nil ? nil : targetSpeed
        observation.goal = setup.task.goal == nil ? nil : state.goal
        observation.instruction = instruction.text
        sensors.sense(at: elapsed, into: &observation)
    }

    /// Steps physics under the command, taking pictures as they fall due.
    public mutating func advance(
        holding command: JointCommand,
        substeps: Int
    ) throws(LoopFault) {
        guard substeps > 0 else { return }
        targets.withUnsafeMutableBufferPointer { setup.robot.expand(command, into: $0) }
        actuator.send(JointVector(targets), at: steps)
        var left = substeps
        while left > 0 {
            // Once a timestep: the lag moves on with every call.
            aimMotors()
            let free = min(left, max(1, stepsToNextCapture), stepsToNextJudgement)
            let count = actuator.isBusy ? 1 : free
            scene.world.step(count)
            steps += count
            left -= count
            try lookRound()
        }
    }

    /// After some timesteps: reads the world, and judges and takes pictures where they are due.
    private mutating func lookRound() throws(LoopFault) {
        readWorld()
        guard scene.world.isFinite else { throw .notFinite(what: "physics state") }
        if steps % judgementSteps == 0 {
            scene.readTouches(into: state)
            noteMilestones()
            judge.judge(state, at: elapsed)
            drive()
        }
        if stepsToNextCapture <= 0 { capturePictures() }
    }

    // MARK: Inside

    private var stepsToNextJudgement: Int { judgementSteps - steps % judgementSteps }

    private var stepsToNextCapture: Int {
        guard let due = sensors.nextCapture else { return Int.max }
        return setup.rate.substeps(covering: due) - steps
    }

    /// Leads what is driven on to where it belongs at the next judgement.
    private func drive() {
        let timestep = setup.rate.timestepSeconds
        scene.drive(
            elapsed: Double(steps) * timestep,
            period: Double(judgementSteps) * timestep
        )
    }

    private mutating func aimMotors() {
        let aim = actuator.target(at: steps)
        for index in 0..<jointCount { targets[index] = aim[index] }
        targets.withUnsafeBufferPointer {
            scene.world.setMotorTargets(of: scene.arm, positions: $0)
        }
    }

    private mutating func capturePictures() {
        seen.update(
            links: linkPoses,
            objects: shown?.objects ?? state.worldFromObject,
            fixtures: shown?.fixtures ?? state.fixtures,
            worldFromTool: state.worldFromTool
        )
        sensors.capture(due: elapsed, poses: seen.poses)
    }

    /// Copies joints, links and objects out of the world.
    private mutating func readWorld() {
        let seconds = Double(steps) * setup.rate.timestepSeconds
        positions.withUnsafeMutableBufferPointer { positions in
            velocities.withUnsafeMutableBufferPointer { velocities in
                scene.world.readJointState(
                    of: scene.arm,
                    positions: positions,
                    velocities: velocities
                )
            }
        }
        linkPoses.withUnsafeMutableBufferPointer {
            scene.world.readLinkPoses(of: scene.arm, into: $0)
        }
        for index in positions.indices { state.robotJoints[index] = positions[index] }
        state.gripperOpening = positions.withUnsafeBufferPointer {
            setup.robot.gripperOpening(positions: $0)
        }
        state.worldFromTool =
            linkPoses[setup.robot.armJointCount - 1] * setup.robot.linkFromTool
        for index in scene.bodies.indices {
            state.worldFromObject[index] = scene.world.pose(of: scene.bodies[index])
            state.objectVelocities[index] = scene.velocity(ofObject: index, elapsed: seconds)
        }
        if let target = state.target {
            state.targetAcceleration = scene.acceleration(ofObject: target, elapsed: seconds)
        }
        readFixtures()
    }

    private func readFixtures() {
        for (index, fixture) in scene.fixtures.enumerated() {
            state.fixtures[index].read(fixture, from: scene.world)
        }
    }

    private mutating func noteMilestones() {
        guard let target = state.target else {
            if let aimed, state.isTouchedByRobot(.fixture(aimed)) { milestones.touched = true }
            return
        }
        if state.padsTouching(target) > 0 { milestones.touched = true }
        if state.isGrasped { milestones.grasped = true }
        if state.targetRise > 0.03 { milestones.lifted = true }
    }
}
