import Bridge
import Diagnostics
import Robots
import Runtime
import Tasks

/// Finds the delay and the lag of an arm's actuators, or of those of its simulation.
struct IdentifyRun {
    let robot: RobotModel
    /// Indices of the arm joints to move.
    let joints: [Int]
    /// The height of the step in radians.
    let amplitude: Double
    /// How often the arm is looked at, in hertz.
    let hertz: Double

    /// A table with nothing on it, above which the arm stays.
    private var setup: TaskSetup {
        get throws(InputError) {
            var task = try TaskDefinition.bare(robot: robot)
            task.rates.physics = max(1000, hertz)
            return try TaskSetup(task: task, robot: robot, controlHertz: hertz)
        }
    }

    /// The real arm's, or an emulated one's.
    ///
    /// - Throws: ``Outcome``, `BusError`, `SetupError` or `InputError`.
    func run(on connection: ArmConnection, watchdog: TimeSpan, paths: SearchPaths) throws -> Result
    {
        let setup = try setup
        let servos = ServoSetup(bus: connection.bus, servos: connection.servos)
        try servos.check(connection.calibration)
        let lifeline = try GuardedArm.prepare(
            connection,
            robot: robot.name,
            watchdog: watchdog,
            paths: paths
        )
        defer { lifeline?.end() }
        let serial = try SerialPlant(
            bus: connection.bus,
            robot: robot,
            servos: connection.servos,
            period: setup.rate.period
        )
        let plant = ArmPlant(serial: serial, mirror: nil, lifeline: lifeline, instruction: nil)
        var probe = JointProbe(
            plant: plant,
            robot: robot,
            limits: try setup.armLimits(),
            rate: setup.rate,
            time: PreciseTime()
        )
        try servos.startWatchdog(watchdog)
        probe.plant.serial.begin()
        let result = try record(&probe)
        try servos.endWatchdog()
        return result
    }

    /// The simulation's, which should be what robot.yaml says.
    func runSimulated() throws -> Result {
        let setup = try setup
        var probe = JointProbe(
            plant: try setup.makePlant(),
            robot: robot,
            limits: try setup.armLimits(),
            rate: setup.rate,
            time: MonotonicTime()
        )
        return try record(&probe)
    }

    private func record<Body: Plant, Time: TimeSource>(
        _ probe: inout JointProbe<Body, Time>
    ) throws -> Result {
        var records: [MotionRecord] = []
        for joint in joints {
            do {
                records.append(
                    try probe.record(joint: joint, amplitude: amplitude) { Interrupt.isRequested }
                )
            } catch {
                throw Outcome.fault("\(error)", lastTicks: [])
            }
            if Interrupt.isRequested {
                throw Outcome.interrupted("the arm is held; nothing was written")
            }
        }
        guard let fit = ActuatorFit(records) else { preconditionFailure("one joint at least") }
        let names = joints.map { robot.links[$0].jointName }
        for (name, record) in zip(names, records) where record.span < amplitude / 3 {
            throw Outcome.fault("\(name) did not move: blocked, or without power", lastTicks: [])
        }
        return Result(
            fit: fit,
            joints: zip(names, records).compactMap { name, record in
                ActuatorFit([record]).map { Result.Joint(joint: name, fit: $0) }
            }
        )
    }

    /// What was found.
    struct Result {
        /// One joint's own.
        struct Joint {
            var joint: String
            var fit: ActuatorFit
        }

        /// Of all joints together.
        var fit: ActuatorFit
        var joints: [Joint]
    }
}
