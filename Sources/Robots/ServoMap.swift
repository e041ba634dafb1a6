/// What a servo bus speaks.
public enum ServoProtocol: String, Sendable, CaseIterable {
    /// Feetech's STS and SMS series.
    case feetech
    /// Robotis' Dynamixel Protocol 2.0.
    case dynamixel
}

/// A servo that turns a slider through a crank and a rod, as the fingers of Interbotix arms do.
public struct ServoCrank: Equatable, Sendable {
    /// The length of the crank's horn, in metres.
    public var horn: Double
    /// The length of the rod, in metres.
    public var rod: Double
}

/// One joint's servo, with those that pull the same joint beside it.
public struct Servo: Equatable, Sendable {
    /// A second servo on the same joint, which copies the first.
    public struct Shadow: Equatable, Sendable {
        /// Its number on the bus.
        public var id: UInt8
        /// 1 where it counts like the first, -1 where it is mounted the other way round.
        public var direction: Int
    }

    /// The name of the joint that it moves.
    public var jointName: String
    /// That joint's index among ``RobotModel/links``.
    public var link: Int
    /// Its number on the bus.
    public var id: UInt8
    /// The maker's name for it, such as `STS3215`.
    public var model: String
    /// 1 where the joint's position grows as the servo counts up, -1 where it falls.
    public var direction: Int
    /// Others on the same joint.
    public var shadows: [Shadow]
    /// The crank between servo and slider, if any.
    public var crank: ServoCrank?
    /// The share of its torque that it may use, in `0...1`; over 0.
    public var torqueLimit = 1.0
}

/// The servos of a real arm: who is who on its bus.
public struct ServoMap: Equatable, Sendable {
    /// What the bus speaks.
    public var busProtocol: ServoProtocol
    /// Bits per second.
    public var baud: Int
    /// Counts in a whole turn.
    public var stepsPerTurn: Int
    /// The count at joint position 0 (of a crank: where it stands across the slide).
    public var zero: Int
    /// The servos, in link order; a joint that follows another by a gear has none.
    public var servos: [Servo]
    /// For an arm whose robot.yaml does not say.
    public static let standardLostTicks = 5
    /// After so many whole ticks without an answer, of all servos or of one, the arm is stopped.
    public var stopAfterLostTicks = Self.standardLostTicks
    /// How far a joint may lag behind its command, and for how long.
    public var followingError = FollowingError.standard
}
