public import Robots
import Spatial

/// A least horizontal distance between the starts of some things.
public struct Separation: Equatable, Sendable {
    /// Something that is placed.
    public enum Member: Equatable, Sendable {
        /// The object of this index.
        case object(Int)
        /// The declared goal.
        case goal
    }

    /// What must be apart, each from each.
    public var members: [Member]
    /// The least distance between two origins in metres.
    public var atLeast: Double
    /// Where it stands in the task file.
    public var place: YAMLPlace
}

/// How many of some objects are there; the seed draws which.
public struct Distractors: Equatable, Sendable {
    /// Objects that may be left out.
    public var objects: [Int]
    /// The least and largest number that is there.
    public var count: ClosedRange<Int>

    /// Which objects of these are left out.
    func absent(_ random: inout RandomStream) -> [Int] {
        let span = UInt64(count.upperBound - count.lowerBound + 1)
        let present = count.lowerBound + Int(random.next() % span)
        var left = objects
        for _ in 0..<present { left.remove(at: Int(random.next() % UInt64(left.count))) }
        return left
    }
}
