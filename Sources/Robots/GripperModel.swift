/// What the gripper's number in an action means.
public enum GripperConvention: String, Sendable, CaseIterable {
    /// +1 closes and -1 opens, as robosuite has it.
    case positiveCloses = "positive_closes"
    /// +1 opens and -1 closes, as SimplerEnv's Bridge tasks have it.
    case positiveOpens = "positive_opens"
}

/// How a gripper's fingers move.
public enum GripperKind: String, Sendable, CaseIterable {
    /// Two pads that stay parallel and meet in the middle.
    case parallel
}

/// One finger's joint and the positions it has at both ends of the stroke.
public struct FingerJoint: Equatable, Sendable {
    /// The index of the finger's link among ``RobotModel/links``.
    public var link: Int
    /// The joint position when the pads touch.
    public var closed: Double
    /// The joint position at the largest opening.
    public var open: Double
}

/// A gripper: the distance between its pads, and the joints that make it.
public struct GripperModel: Equatable, Sendable {
    /// How the fingers move.
    public var kind: GripperKind
    /// The largest distance between the pads, in metres.
    public var maxOpening: Double
    /// The largest speed at which that distance changes, in metres per second.
    public var maxSpeed: Double
    /// The largest force of one pad, in newtons.
    public var maxForce: Double
    /// What the gripper's number in an action means.
    public var convention: GripperConvention
    /// The finger joints.
    public var fingers: [FingerJoint]
    /// Indices of the links that carry the pads.
    public var padLinks: [Int]

    /// The opening in metres that a gripper action asks for; the action is clipped to `-1...1`.
    public func opening(forAction action: Double) -> Double {
        let clipped = min(max(action, -1), 1)
        let openness =
            switch convention {
            case .positiveCloses: (1 - clipped) / 2
            case .positiveOpens: (1 + clipped) / 2
            }
        return maxOpening * openness
    }

    /// The action in `-1...1` that asks for an opening in metres.
    public func action(forOpening opening: Double) -> Double {
        let openness = min(max(opening / maxOpening, 0), 1)
        return switch convention {
        case .positiveCloses: 1 - 2 * openness
        case .positiveOpens: 2 * openness - 1
        }
    }

    /// The joint position of a finger at an opening in metres, which is clipped to the stroke.
    public func jointTarget(of finger: FingerJoint, opening: Double) -> Double {
        let openness = min(max(opening / maxOpening, 0), 1)
        return finger.closed + (finger.open - finger.closed) * openness
    }

    /// The opening in metres that a finger joint's position adds up to, were all fingers alike.
    public func opening(of finger: FingerJoint, position: Double) -> Double {
        maxOpening * (position - finger.closed) / (finger.open - finger.closed)
    }
}
