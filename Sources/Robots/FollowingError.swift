/// When a joint that lags behind its command is taken for blocked.
public struct FollowingError: Equatable, Sendable, BitwiseCopyable {
    /// The distance in radians that a healthy joint keeps within.
    public var angle: Double
    /// For how long it may be exceeded, in seconds.
    public var time: Double

    /// What an arm has whose robot.yaml does not say: 20 degrees for half a second.
    public static let standard = FollowingError(angle: 0.35, time: 0.5)

    /// Creates a bound.
    public init(angle: Double, time: Double) {
        self.angle = angle
        self.time = time
    }
}
