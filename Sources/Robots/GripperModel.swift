import Foundation

/// What the gripper's number in an action means.
public enum GripperConvention: String, Sendable, CaseIterable {
    /// +1 closes and -1 opens, as robosuite has it.
    case positiveCloses = "positive_closes"
    /// +1 opens and -1 closes, as SimplerEnv's Bridge tasks have it.
    case positiveOpens = "positive_opens"
}

/// How a gripper's fingers move.
public enum GripperKind: String, Sendable, CaseIterable {
    /// Pads that stay parallel: the opening grows in proportion to the joints' positions.
    case parallel
    /// A pad that swings about a hinge towards another: the opening is the chord from where the
    /// pad is to where it would touch.
    case jaw
}

/// One finger's joint and the positions it has at both ends of the stroke.
public struct FingerJoint: Equatable, Sendable {
    /// The index of the finger's link among ``RobotModel/links``.
    public var link: Int
    /// The joint position when the pads touch.
    public var closed: Double
    /// The joint position at the largest opening.
    public var open: Double

    /// From closed to open; not 0.
    public var stroke: Double { open - closed }
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
        switch kind {
        case .parallel:
            return finger.closed + finger.stroke * openness
        case .jaw:
            let halfAngle = asin(openness * sin(abs(finger.stroke) / 2))
            return finger.closed + (finger.stroke < 0 ? -2 : 2) * halfAngle
        }
    }

    /// The opening in metres that a finger joint's position adds up to, were all fingers alike.
    public func opening(of finger: FingerJoint, position: Double) -> Double {
        switch kind {
        case .parallel:
            return maxOpening * (position - finger.closed) / finger.stroke
        case .jaw:
            let halfAngle = (position - finger.closed) / (finger.stroke < 0 ? -2 : 2)
            return maxOpening * sin(halfAngle) / sin(abs(finger.stroke) / 2)
        }
    }

    /// How fast the opening changes, at least, when a finger's joint moves at speed 1: metres per
    /// radian or metre, at the end of the stroke where that is least.
    func slowestLeverage(of finger: FingerJoint) -> Double {
        switch kind {
        case .parallel: maxOpening / abs(finger.stroke)
        case .jaw: hingeRadius(of: finger) * cos(finger.stroke / 2)
        }
    }

    /// How fast the opening changes when the closed finger's joint moves at speed 1.
    func closedLeverage(of finger: FingerJoint) -> Double {
        switch kind {
        case .parallel: maxOpening / abs(finger.stroke)
        case .jaw: hingeRadius(of: finger)
        }
    }

    /// The distance from a jaw's hinge to its pad, in metres: the one whose chord over the whole
    /// stroke is the largest opening.
    private func hingeRadius(of finger: FingerJoint) -> Double {
        maxOpening / (2 * sin(abs(finger.stroke) / 2))
    }
}
