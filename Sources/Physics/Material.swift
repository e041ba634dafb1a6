/// How a surface rubs and bounces.
///
/// Bullet multiplies the values of the two that touch.
public struct Material: Equatable, Sendable, BitwiseCopyable {
    /// Coulomb's sliding coefficient, at least 0.
    public var friction: Double
    /// Resistance to rolling, a length in metres, at least 0.
    public var rollingFriction: Double
    /// Resistance to spinning about the normal, a length in metres, at least 0.
    public var spinningFriction: Double
    /// The share of the approach speed that comes back, in `[0, 1]`.
    public var restitution: Double

    /// Creates a material.
    public init(
        friction: Double = 0.5,
        rollingFriction: Double = 0,
        spinningFriction: Double = 0,
        restitution: Double = 0
    ) {
        self.friction = friction
        self.rollingFriction = rollingFriction
        self.spinningFriction = spinningFriction
        self.restitution = restitution
    }

    /// For things that are grasped: a little rolling and spinning friction keeps them from tilting.
    public static let graspable = Material(
        friction: 0.8,
        rollingFriction: 0.001,
        spinningFriction: 0.01
    )

    /// A gripper's rubber pad.
    public static let pad = Material(
        friction: 1,
        rollingFriction: 0.001,
        spinningFriction: 0.01
    )
}
