public import Diagnostics
public import Robots

extension SafetyLimits {
    /// A robot's own limits.
    ///
    /// - Throws: ``Diagnostics/InputError`` for limits that no joint can have.
    public init(robot: RobotModel) throws(InputError) {
        try self.init(
            joints: robot.armLinks.map { link in
                Joint(
                    lower: link.limits.lower,
                    upper: link.limits.upper,
                    velocity: link.limits.velocity,
                    acceleration: link.limits.acceleration
                )
            },
            gripperOpening: robot.gripper?.maxOpening ?? 0,
            gripperSpeed: robot.gripper?.maxSpeed ?? 0
        )
    }
}
