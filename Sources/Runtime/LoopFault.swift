/// A fault that ends an episode: not a late policy (that is data), but a broken state or a lost bus.
public enum LoopFault: Error, Equatable, Sendable {
    /// A number that must be finite is not; `what` names it.
    case notFinite(what: StaticString)
    /// The plant has failed; `what` says how.
    case plant(what: StaticString)
    /// The policy has failed; `what` says how.
    case policy(what: StaticString)
    /// Somebody wanted the robot to stop; `by` says who.
    case stopped(by: StaticString)

    /// Compares kind and text.
    public static func == (a: LoopFault, b: LoopFault) -> Bool { a.description == b.description }
}

extension LoopFault: CustomStringConvertible {
    /// One sentence.
    public var description: String {
        switch self {
        case .notFinite(let what): "\(what) is not finite"
        case .plant(let what): "plant: \(what)"
        case .policy(let what): "policy: \(what)"
        case .stopped(let who): "\(who)"
        }
    }
}
