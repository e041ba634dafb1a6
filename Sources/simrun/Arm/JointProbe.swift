import Bridge
import Robots
import Runtime

/// Moves one joint after the other by an excitation, through the safety gate, and keeps the record.
///
/// The plant is an arm, or a simulation that stands for one.
struct JointProbe<Body: Plant, Time: TimeSource> {
    /// The arm.
    var plant: Body
    private var time: Time
    private var gate: SafetyGate
    private var observation: Observation
    private var held: JointCommand
    private let limits: SafetyLimits
    private let timeConstants: [Double]
    private let rate: ControlRate

    /// - Parameters:
    ///   - plant: The arm at rest, its servos engaged.
    ///   - robot: Its model.
    ///   - limits: What every command keeps to.
    ///   - rate: How often it is looked at.
    ///   - time: Where the arm's time is read.
    init(plant: Body, robot: RobotModel, limits: SafetyLimits, rate: ControlRate, time: Time) {
        self.plant = plant
        self.time = time
        self.limits = limits
        self.rate = rate
        let state = plant.jointState
        held = JointCommand(arm: state.positions, gripperOpening: state.gripperOpening)
        gate = SafetyGate(limits: limits, startingAt: held)
        observation = Observation(jointCount: robot.armJointCount, cloudPoints: 0)
        timeConstants = robot.armLinks.map(\.motor.timeConstant)
    }

    /// The record of one joint.
    ///
    /// - Parameters:
    ///   - joint: Its index.
    ///   - amplitude: The height of the step in radians; it goes where there is more room.
    ///   - isInterrupted: Read once a tick.
    /// - Throws: ``Runtime/LoopFault`` when the arm is in trouble.
    mutating func record(
        joint: Int,
        amplitude: Double,
        isInterrupted: () -> Bool = { false }
    ) throws(LoopFault) -> MotionRecord {
        let start = held.arm[joint]
        let limit = limits.joints[joint]
        let isUp = limit.upper - start > start - limit.lower
        let motion = Excitation(amplitude: isUp ? amplitude : -amplitude)
        var record = MotionRecord(timeConstant: timeConstants[joint])
        let begin = plant.elapsed
        let clock = time.now()
        var tick = 0
        while (plant.elapsed - begin).seconds < Excitation.duration, !isInterrupted() {
            try plant.sense(into: &observation)
            if let trouble = plant.trouble { throw trouble }
            record.see(
                observation.jointPositions[joint],
                at: (observation.capturedAt - begin).seconds
            )
            let now = (plant.elapsed - begin).seconds
            var wanted = held
            wanted.arm[joint] = start + motion.offset(at: now)
            var interventions = SafetyInterventions()
            held = try gate.admit(
                wanted,
                after: 1 / rate.hertz,
                interventions: &interventions
            )
            record.send(held.arm[joint], at: (plant.elapsed - begin).seconds)
            try plant.advance(holding: held, substeps: rate.substepsPerTick)
            tick += 1
            if plant.movesByItself { time.sleep(until: clock + rate.start(ofTick: tick)) }
        }
        return record
    }
}
