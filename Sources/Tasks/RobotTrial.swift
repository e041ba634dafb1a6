public import Diagnostics
import Foundation
import Physics
public import Robots
import Spatial

/// A robot alone in the world, put through what every arm must be able to do: stand still at home,
/// and follow a sine with each of its joints.
///
/// Commands go through ``Robots/RobotModel/expand(_:into:)`` as they do in episodes; actuator delay
/// and lag are left out, so that what is measured is the motors' doing.
public struct RobotTrial {
    /// How one joint did.
    public struct JointResult: Equatable, Sendable {
        /// The joint's name.
        public var name: String
        /// Whether it slides; lengths are then metres instead of radians.
        public var slides: Bool
        /// The farthest it was from home while it should have stood still.
        public var drift: Double
        /// The amplitude of the sine that it was asked for.
        public var amplitude: Double
        /// The farthest it was from what its time constant promises, as a share of the amplitude.
        public var deviation: Double

        /// Whether it stood within half a degree (1 mm) and followed within a tenth.
        public var passes: Bool { drift < (slides ? 1e-3 : 9e-3) && deviation < 0.1 }
    }

    private let robot: RobotModel
    private let world: World
    private let arm: MultibodyID
    private let timestep: Double
    private var targets: [Double]

    /// Puts the robot at home, on nothing.
    ///
    /// - Parameters:
    ///   - robot: The robot.
    ///   - physicsHertz: Physics timesteps a second.
    /// - Throws: `InputError` where physics refuses the robot.
    public init(robot: RobotModel, physicsHertz: Double = 240) throws(InputError) {
        self.robot = robot
        timestep = 1 / physicsHertz
        world = try World(WorldSettings(timestepSeconds: timestep))
        arm = try world.add(MultibodySpecification(robot: robot, worldFromBase: .identity))
        targets = [Double](repeating: 0, count: robot.links.count)
    }

    /// Both exercises for every joint, in link order.
    public mutating func run() -> [JointResult] {
        let drifts = stand(seconds: 2)
        var results = robot.links.map {
            JointResult(
                name: $0.jointName,
                slides: $0.kind == .prismatic,
                drift: 0,
                amplitude: 0,
                deviation: 0
            )
        }
        for index in results.indices { results[index].drift = drifts[index] }
        for joint in 0..<robot.armJointCount {
            let (amplitude, deviations) = follow(joint: joint)
            results[joint].amplitude = amplitude
            results[joint].deviation = deviations[joint] / amplitude
        }
        guard robot.gripper != nil else { return results }
        let (swings, deviations) = followGripper()
        for finger in robot.armJointCount..<robot.links.count {
            results[finger].amplitude = swings[finger]
            results[finger].deviation = swings[finger] > 0 ? deviations[finger] / swings[finger] : 0
        }
        return results
    }

    /// Holds home for so long; the farthest that each joint was from it.
    public mutating func stand(seconds: Double) -> [Double] {
        let home = JointCommand(arm: robot.home, gripperOpening: robot.homeOpening)
        start(at: home)
        return drive(seconds: seconds) { _ in home }
    }

    /// Sine of half a hertz about home, or as near as the limits allow.
    private mutating func follow(joint: Int) -> (amplitude: Double, deviations: [Double]) {
        let limits = robot.links[joint].limits
        let slides = robot.links[joint].kind == .prismatic
        let amplitude = min(slides ? 0.01 : 0.2, (limits.upper - limits.lower) / 4)
        var middle = JointCommand(arm: robot.home, gripperOpening: robot.homeOpening)
        middle.arm[joint] = min(
            max(robot.home[joint], limits.lower + amplitude),
            limits.upper - amplitude
        )
        let pulse = Self.pulse(amplitude: amplitude, speed: limits.velocity)
        start(at: middle)
        let deviations = drive(seconds: 2 * 2 * .pi / pulse) { time in
            var command = middle
            command.arm[joint] += amplitude * sin(pulse * time)
            return command
        }
        return (amplitude, deviations)
    }

    /// A sine of the opening about half open, which moves every finger.
    private mutating func followGripper() -> (swings: [Double], deviations: [Double]) {
        guard let gripper = robot.gripper else { return ([], []) }
        let half = gripper.maxOpening / 2
        let amplitude = half / 2
        let pulse = Self.pulse(amplitude: amplitude, speed: gripper.maxSpeed)
        start(at: JointCommand(arm: robot.home, gripperOpening: half))
        var swings = [Double](repeating: 0, count: robot.links.count)
        for finger in gripper.fingers {
            let outer = gripper.jointTarget(of: finger, opening: half + amplitude)
            let inner = gripper.jointTarget(of: finger, opening: half - amplitude)
            swings[finger.link] = abs(outer - inner) / 2
        }
        let home = robot.home
        let deviations = drive(seconds: 2 * 2 * .pi / pulse) { time in
            JointCommand(arm: home, gripperOpening: half + amplitude * sin(pulse * time))
        }
        return (swings, deviations)
    }

    /// Radians per second: half a hertz, or slower where half the top speed would not do.
    private static func pulse(amplitude: Double, speed: Double) -> Double {
        min(.pi, 0.5 * speed / amplitude)
    }

    private mutating func start(at command: JointCommand) {
        expand(command)
        let rest = [Double](repeating: 0, count: targets.count)
        targets.withUnsafeBufferPointer { positions in
            rest.withUnsafeBufferPointer { rest in
                world.setJointState(of: arm, positions: positions, velocities: rest)
            }
        }
    }

    private mutating func expand(_ command: JointCommand) {
        targets.withUnsafeMutableBufferPointer { robot.expand(command, into: $0) }
    }

    /// Drives all joints, and for each returns the farthest it was from its target followed with
    /// its time constant.
    private mutating func drive(
        seconds: Double,
        _ command: (Double) -> JointCommand
    ) -> [Double] {
        var ideal = targets
        var farthest = [Double](repeating: 0, count: targets.count)
        var positions = targets
        var velocities = targets
        for step in 0..<Int((seconds / timestep).rounded()) {
            expand(command(Double(step) * timestep))
            targets.withUnsafeBufferPointer { world.setMotorTargets(of: arm, positions: $0) }
            world.step(1)
            positions.withUnsafeMutableBufferPointer { positions in
                velocities.withUnsafeMutableBufferPointer { velocities in
                    world.readJointState(of: arm, positions: positions, velocities: velocities)
                }
            }
            for joint in targets.indices {
                let share = 1 - exp(-timestep / robot.links[joint].motor.timeConstant)
                ideal[joint] += share * (targets[joint] - ideal[joint])
                // Not `max`, which would lose a position that is no number.
                let distance = abs(positions[joint] - ideal[joint])
                if !(distance <= farthest[joint]) { farthest[joint] = distance }
            }
        }
        return farthest
    }
}
