import Bridge
import Diagnostics
import Robots
import Runtime

/// How an arm is made to hold where it is, with somebody to stop it when this process dies.
enum GuardedArm {
    /// Sets the servos up, starts the guard that Feetech's servos need, and lets the torque grow.
    ///
    /// - Parameters:
    ///   - connection: The arm.
    ///   - robot: The robot's name or directory, by which the guard finds its servos.
    ///   - watchdog: How long the loop may be silent.
    /// - Returns: The line to the guard; nil for servos with a watchdog of their own.
    static func prepare(
        _ connection: ArmConnection,
        robot: String,
        watchdog: TimeSpan,
        paths: SearchPaths
    ) throws -> Lifeline? {
        let setup = ServoSetup(bus: connection.bus, servos: connection.servos)
        try setup.configure()
        guard connection.servos.wire == .feetech else {
            try setup.engage()
            return nil
        }
        let lifeline = try Lifeline(
            port: connection.port,
            arguments: ArmGuardCommand.arguments(robot: robot, silence: watchdog, paths: paths)
        )
        guard lifeline.waitForGuard() else {
            throw Outcome.fault("the process that guards the arm does not answer", lastTicks: [])
        }
        try setup.engage()
        return lifeline
    }
}
