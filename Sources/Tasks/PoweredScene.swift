public import Diagnostics
import Physics
public import Robots
public import Runtime

/// A task's scene whose robot is moved by motors that may be weak or without power, as an emulated
/// arm's are.
///
/// The wire and the servos have delays of their own, so the robot's actuators act at once here.
public struct PoweredScene {
    /// The physics timestep in seconds.
    public let timestepSeconds: Double
    /// Why the world has stopped moving; nil while it moves.
    public private(set) var fault: LoopFault?
    private var plant: SimulatedPlant
    /// Of arm joints without power: where friction holds them.
    private var resting: [Double?]
    private var restingOpening: Double?
    private var shares: [Double]

    /// The share of its force with which a geared motor without power resists, and how far in radians.
    ///
    /// Beyond that its joint slips. No measurement of a motor: enough to hold a folded arm.
    private static let friction = 0.25
    private static let slip = 0.01

    /// Builds the scene of a seed.
    ///
    /// - Parameters:
    ///   - setup: Task, robot and physics rate.
    ///   - seed: Places the task's objects.
    public init(setup: TaskSetup, seed: UInt64) throws(InputError) {
        let prompt = try setup.withPromptActuators(controlHertz: setup.rate.physicsHertz)
        plant = try prompt.makePlant()
        try plant.reset(seed: seed)
        timestepSeconds = prompt.rate.timestepSeconds
        resting = [Double?](repeating: nil, count: setup.robot.armJointCount)
        shares = [Double](repeating: 1, count: setup.robot.links.count)
    }

    /// Where the joints are and how fast they move.
    public var jointState: JointState { plant.jointState }

    /// How the task's success predicate judges the scene.
    public var status: EpisodeStatus { plant.status }

    /// Lets one timestep pass.
    ///
    /// - Parameters:
    ///   - command: Where powered joints are to be.
    ///   - power: The share of each arm motor's force that it may use, `[armJointCount]`; 0 without
    ///     power.
    ///   - gripperPower: The same of the gripper.
    public mutating func advance(
        _ command: JointCommand,
        power: JointVector,
        gripperPower: Double
    ) {
        guard fault == nil else { return }
        let state = plant.jointState
        var aim = command
        for joint in power.indices {
            let rest = Self.rest(resting[joint], at: state.positions[joint], power[joint])
            resting[joint] = rest
            if let rest { aim.arm[joint] = rest }
        }
        restingOpening = Self.rest(restingOpening, at: state.gripperOpening, gripperPower)
        if let restingOpening { aim.gripperOpening = restingOpening }
        for link in shares.indices {
            let power = link < power.count ? power[link] : gripperPower
            setShare(of: link, max(power, Self.friction))
        }
        do {
            try plant.advance(holding: aim, substeps: 1)
        } catch {
            fault = error
        }
    }

    private static func rest(_ last: Double?, at now: Double, _ power: Double) -> Double? {
        guard power <= 0 else { return nil }
        guard let last, abs(last - now) < slip else { return now }
        return last
    }

    private mutating func setShare(of link: Int, _ share: Double) {
        guard shares[link] != share else { return }
        shares[link] = share
        plant.setMotor(of: link, share: share)
    }
}

extension SimulatedPlant {
    /// Lets a link's motor use a share of its force, until the next reset.
    fileprivate func setMotor(of link: Int, share: Double) {
        let model = setup.robot.links[link]
        var gains = Physics.MotorGains(model)
        gains.maxForce *= share
        // Of gains that the robot's file has passed with, so nothing is out of range.
        try? scene.world.setMotor(of: scene.arm, joint: link, gains: gains)
    }
}
