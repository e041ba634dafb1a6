public import Runtime
public import Spatial

/// When a task counts as done: conditions that must all hold, for a time.
public struct SuccessPredicate: Equatable, Sendable {
    /// A place in the scene that a condition speaks of.
    public enum Place: Equatable, Sendable {
        /// The tool frame's origin.
        case tool
        /// The declared goal.
        case goal
        /// The origin of the object of this index in the scene.
        case object(Int)
    }

    /// One condition.
    public enum Condition: Equatable, Sendable {
        /// The distance from a place to a point `offset` from another, in world axes, is at most
        /// so many metres.
        case distance(from: Place, to: Place, offset: Vector3, atMost: Double)
        /// An object is at least so many metres above where it started.
        case lifted(object: Int, by: Double)
    }

    /// All of these must hold.
    public var conditions: [Condition]
    /// For how long without a break.
    public var hold: TimeSpan

    /// Whether every condition holds in `state`.
    func holds(in state: SceneState) -> Bool {
        for condition in conditions {
            switch condition {
            case .distance(let from, let to, let offset, let atMost):
                let aim = state.position(of: to) + offset
                guard (state.position(of: from) - aim).length <= atMost else { return false }
            case .lifted(let object, let height):
                let now = state.worldFromObject[object].translation.z
                guard now - state.startHeights[object] >= height else { return false }
            }
        }
        return true
    }
}

/// Follows the predicate through an episode.
struct SuccessJudge: Sendable {
    private let predicate: SuccessPredicate
    private(set) var status = EpisodeStatus()
    private var holdingSince: TimeSpan?

    init(predicate: SuccessPredicate) {
        self.predicate = predicate
    }

    mutating func reset() {
        status = EpisodeStatus()
        holdingSince = nil
    }

    /// Judges the state at `now`, which must not go back.
    mutating func judge(_ state: SceneState, at now: TimeSpan) {
        status.holdsNow = predicate.holds(in: state)
        guard status.holdsNow else {
            holdingSince = nil
            return
        }
        status.heldOnce = true
        let since = holdingSince ?? now
        holdingSince = since
        if status.succeededAt == nil, now - since >= predicate.hold { status.succeededAt = now }
    }
}
