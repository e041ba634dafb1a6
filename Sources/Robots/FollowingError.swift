/// When a joint that lags behind its command is taken for blocked.
public struct FollowingError: Equatable, Sendable, BitwiseCopyable {
    /// The distance in radians that a healthy joint keeps within.
    public var angle: Double
    /// For how long it may be exceeded, in seconds.
    public var time: Double

    /// Creates a bound.
    public init(angle: Double, time: Double) {
        self.angle = angle
        self.time = time
    }
}
