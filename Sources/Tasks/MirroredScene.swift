public import Diagnostics
import Physics
public import Robots
public import Runtime

/// A task's scene in Bullet that follows a real arm: where cameras are not there, it is what they
/// would see if all things stood where the simulation has them.
///
/// Arm joints follow what was measured. Fingers follow their command, so that they grip: a measured
/// opening would only ever touch.
public struct MirroredScene {
    /// The scene: its sensors, its judge.
    public private(set) var plant: SimulatedPlant
    private let rate: ControlRate
    private let leads: [Double]
    private var steps = 0

    /// Builds the scene of a seed with the robot where the arm is.
    public init(
        setup: TaskSetup,
        seed: UInt64,
        instruction: InstructionChoice?,
        at state: JointState
    ) throws(InputError) {
        rate = setup.rate
        leads = setup.robot.armLinks.map(\.motor.timeConstant)
        let prompt = try setup.withPromptActuators(controlHertz: setup.rate.hertz)
        plant = try prompt.makePlant()
        try plant.reset(seed: seed, instruction: instruction)
        plant.place(at: state)
    }

    /// Moves on to `elapsed` of the episode, the robot following the arm.
    ///
    /// - Parameters:
    ///   - state: What the arm's joints reported last.
    ///   - opening: What the gripper was told last, in metres.
    ///   - elapsed: Time since the episode's start. Of a gap over a tenth of a second the rest is
    ///     skipped, so that a stall is not followed by a longer one.
    public mutating func follow(
        _ state: JointState,
        gripperCommand opening: Double,
        to elapsed: TimeSpan
    ) throws(LoopFault) {
        let due = rate.substeps(covering: elapsed) - steps
        guard due > 0 else { return }
        steps += due
        var aim = JointCommand(arm: state.positions, gripperOpening: opening)
        // A motor trails its target by its time constant: aimed ahead, it is where the arm is.
        for joint in leads.indices { aim.arm[joint] += state.velocities[joint] * leads[joint] }
        let most = max(1, Int(rate.physicsHertz / 10))
        try plant.advance(holding: aim, substeps: min(due, most))
    }

    /// Fills in what the simulation's sensors see, joints included.
    public mutating func sense(into observation: inout Observation) {
        plant.sense(into: &observation)
    }
}

extension SimulatedPlant {
    /// Puts the robot where an arm is, at rest.
    fileprivate mutating func place(at state: JointState) {
        let command = JointCommand(arm: state.positions, gripperOpening: state.gripperOpening)
        scene.place(setup.robot, at: command)
    }
}
