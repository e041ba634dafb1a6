import Runtime

/// How far an episode came, so that a failure can be named in the task's words.
struct Milestones: Equatable, Sendable {
    /// A finger has touched the task's object.
    var touched = false
    /// Both fingers have pressed on it.
    var grasped = false
    /// It has been 3 cm above where it started.
    var lifted = false

    /// What went wrong, given how the episode stands.
    func cause(status: EpisodeStatus, object: String?, isGrasped: Bool) -> String {
        if status.heldOnce { return "at the goal, not long enough" }
        guard let object else { return "not at the goal in time" }
        if lifted { return isGrasped ? "carried, not at the goal in time" : "dropped" }
        if grasped { return "grasped, not lifted" }
        return touched ? "\(object) touched, not grasped" : "\(object) never touched"
    }
}
