/// A rigid velocity or a small rigid displacement, with linear and angular parts in one frame.
///
/// As a velocity: metres per second and radians per second. As a displacement: metres and radians.
public struct Twist: Equatable, Sendable, BitwiseCopyable {
    /// The linear part.
    public var linear: Vector3
    /// The angular part, a rotation vector.
    public var angular: Vector3

    /// No motion.
    public static let zero = Twist(linear: .zero, angular: .zero)

    /// Creates a twist from its parts.
    public init(linear: Vector3, angular: Vector3) {
        self.linear = linear
        self.angular = angular
    }

    /// The displacement that takes `from` to `to`, both given in one world frame.
    ///
    /// The angular part is the world-frame rotation vector of `to · from⁻¹`.
    public init(from: Pose, to: Pose) {
        self.init(
            linear: to.translation - from.translation,
            angular: (to.rotation * from.rotation.inverse).rotationVector
        )
    }
}
