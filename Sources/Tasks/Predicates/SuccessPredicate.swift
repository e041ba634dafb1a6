public import Runtime

/// When a task counts as done: a condition, for how long, and when it is asked.
public struct SuccessPredicate: Equatable, Sendable {
    /// When the condition is asked.
    public enum Judgement: String, CaseIterable, Sendable {
        /// At any time: the first time it has held for the hold time is the success.
        case once
        /// At the end of the episode: what breaks again does not count.
        case atEnd = "at_end"
    }

    /// What must hold.
    public var condition: Condition
    /// For how long without a break.
    public var hold: TimeSpan
    /// When it is asked.
    public var judged = Judgement.once

    /// Whether the condition holds in `state`.
    func holds(in state: SceneState) -> Bool { condition.holds(in: state) }
}

/// Follows the predicate through an episode.
struct SuccessJudge: Sendable {
    /// A condition that broke sooner than this after it first held was flickering.
    static let steadyTime = TimeSpan.milliseconds(500)

    private let predicate: SuccessPredicate
    private(set) var status = EpisodeStatus()
    private var holdingSince: TimeSpan?
    private var firstHeldAt: TimeSpan?

    init(predicate: SuccessPredicate) {
        self.predicate = predicate
    }

    mutating func reset() {
        status = EpisodeStatus()
        holdingSince = nil
        firstHeldAt = nil
    }

    /// Judges the state at `now`, which must not go back.
    mutating func judge(_ state: SceneState, at now: TimeSpan) {
        status.holdsNow = predicate.holds(in: state)
        guard status.holdsNow else {
            if firstHeldAt != nil, status.wasSteady == nil { status.wasSteady = false }
            if predicate.judged == .atEnd { status.succeededAt = nil }
            holdingSince = nil
            return
        }
        status.heldOnce = true
        let since = holdingSince ?? now
        holdingSince = since
        let first = firstHeldAt ?? now
        firstHeldAt = first
        if status.wasSteady == nil, now - first >= Self.steadyTime { status.wasSteady = true }
        if status.succeededAt == nil, now - since >= predicate.hold { status.succeededAt = now }
    }
}
