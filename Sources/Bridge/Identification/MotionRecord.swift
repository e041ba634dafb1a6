internal import Foundation

/// What one joint was told and where it was seen, over time: seconds and radians.
public struct MotionRecord: Equatable, Sendable {
    /// The time constant in seconds with which the joint's motor closes on its goal, from robot.yaml.
    public var timeConstant: Double
    /// When goals were sent.
    public private(set) var sentAt: [Double] = []
    /// The goals.
    public private(set) var goals: [Double] = []
    /// When the joint was looked at.
    public private(set) var seenAt: [Double] = []
    /// Where it was.
    public private(set) var positions: [Double] = []

    /// An empty record.
    public init(timeConstant: Double) { self.timeConstant = timeConstant }

    /// Notes where the joint was.
    public mutating func see(_ position: Double, at time: Double) {
        guard time > seenAt.last ?? -.infinity else { return }
        seenAt.append(time)
        positions.append(position)
    }

    /// Notes a goal.
    public mutating func send(_ goal: Double, at time: Double) {
        sentAt.append(time)
        goals.append(goal)
    }

    /// The root of the mean squared distance in radians between where the joint was and where it would
    /// have been with a delay and a first-order lag between goals and motor, both in seconds.
    public func error(delay: Double, lag: Double) -> Double {
        guard let first = seenAt.first, let last = seenAt.last, let start = positions.first else {
            return 0
        }
        let step = 5e-4
        let lagShare = lag > 0 ? 1 - exp(-step / lag) : 1
        let motorShare = timeConstant > 0 ? 1 - exp(-step / timeConstant) : 1
        var (aim, lagged, joint) = (start, start, start)
        var (goal, look) = (0, 0)
        var sum = 0.0
        var time = first
        while time <= last + step, look < seenAt.count {
            while look < seenAt.count, seenAt[look] <= time {
                sum += (positions[look] - joint) * (positions[look] - joint)
                look += 1
            }
            while goal < goals.count, sentAt[goal] + delay <= time {
                aim = goals[goal]
                goal += 1
            }
            lagged += lagShare * (aim - lagged)
            joint += motorShare * (lagged - joint)
            time += step
        }
        return look > 0 ? (sum / Double(look)).squareRoot() : 0
    }

    /// How far the joint moved in all, in radians.
    public var span: Double { (positions.max() ?? 0) - (positions.min() ?? 0) }
}
