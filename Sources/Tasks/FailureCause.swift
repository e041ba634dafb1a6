import Runtime

/// What a task asks for, as far as the words for a failure depend on it.
enum TaskAim: Equatable, Sendable {
    /// Something must be brought to a place.
    case place
    /// Something must be lifted.
    case height
    /// A fixture's joint must be moved.
    case joint
    /// The tool must keep up with something that moves.
    case company

    init(_ task: TaskDefinition, instruction: Int = 0) {
        if task.scene.contains(where: { $0.kind == .driven }) {
            self = .company
        } else if task.success(of: instruction).fixture != nil {
            self = .joint
        } else if task.success(of: instruction).condition.facts.contains(where: \.asksForHeight) {
            self = .height
        } else {
            self = .place
        }
    }
}

extension SuccessPredicate {
    /// The index of the first fixture whose joint it speaks of; nil where it speaks of none.
    var fixture: Int? {
        for case .joint(let joint) in condition.facts {
            if case .fixture(let index) = joint.owner { return index }
        }
        return nil
    }
}

extension Condition {
    fileprivate var asksForHeight: Bool {
        if case .lifted = self { true } else { false }
    }
}

/// How far an episode came, so that a failure can be named in the task's words.
struct Milestones: Equatable, Sendable {
    /// A finger has touched the task's object.
    var touched = false
    /// Both fingers have pressed on it.
    var grasped = false
    /// It has been 3 cm above where it started.
    var lifted = false

    /// What went wrong, given how the episode stands.
    func cause(
        status: EpisodeStatus,
        object: String?,
        isGrasped: Bool,
        aim: TaskAim = .place
    ) -> String {
        if let object, aim == .company {
            return status.heldOnce ? "lost \(object) again" : "never with \(object)"
        }
        if aim == .joint {
            if status.heldOnce { return "far enough, not long enough" }
            let name = object ?? "nothing"
            if lifted { return isGrasped ? "\(name) in hand, not far enough" : "dropped" }
            return touched ? "\(name) touched, not far enough" : "\(name) never touched"
        }
        if aim == .height, status.heldOnce { return "lifted, not long enough" }
        if status.heldOnce { return "at the goal, not long enough" }
        guard let object else { return "not at the goal in time" }
        if lifted, aim == .height { return isGrasped ? "lifted, not high enough" : "dropped" }
        if lifted { return isGrasped ? "carried, not at the goal in time" : "dropped" }
        if grasped { return "grasped, not lifted" }
        return touched ? "\(object) touched, not grasped" : "\(object) never touched"
    }
}
