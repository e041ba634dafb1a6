import Spatial

/// How far a carrying expert has come: two stages an errand, taken in hand and done.
///
/// A function of what can be seen, like the expert's intent. A stage that falls means that something
/// was lost: dropped, knocked off its place, a drawer pushed shut again.
enum CarryProgress {
    /// Twice the errands that are done, and one more while the next is in hand.
    ///
    /// - Parameter errand: The first that is not yet done; nil when all are.
    static func stage(in state: SceneState, at errand: Errand?) -> Int {
        let inHand: Bool =
            switch errand {
            case .carry(let subgoal)?: isInHand(subgoal, in: state)
            case .pull(let pull)?: pull.isHooked(in: state)
            case nil: false
            }
        return 2 * Errand.doneCount(in: state, of: state.condition) + (inHand ? 1 : 0)
    }

    /// Whether an object is held, or was let go where it belongs and the hand is still at it.
    private static func isInHand(_ subgoal: Subgoal, in state: SceneState) -> Bool {
        if CarryExpert.isHeld(subgoal.object, in: state) { return true }
        guard subgoal.isReleased else { return false }
        return subgoal.isPlaced(in: state) || subgoal.isFalling(in: state)
    }
}
