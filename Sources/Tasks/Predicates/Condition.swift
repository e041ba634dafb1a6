import Spatial

/// A condition on the true state of a scene: the predicate language of task files.
///
/// Small on purpose: eight facts, joined by `all`, `any` and `not`. `docs/write-a-task.md` has the
/// grammar. Evaluation allocates nothing.
public indirect enum Condition: Equatable, Sendable {
    /// Every one of these holds.
    case all([Condition])
    /// At least one of these holds.
    case any([Condition])
    /// This does not hold.
    case not(Condition)
    /// Two places are near each other, or apart.
    case distance(DistanceCondition)
    /// A place is so much higher than another.
    case above(HeightCondition)
    /// One object stands on another.
    case on(SupportCondition)
    /// An object's origin lies in a box.
    case inside(ContainmentCondition)
    /// A joint is within bounds.
    case joint(JointCondition)
    /// Two things touch.
    case contact(ContactCondition)
    /// Every finger pad presses on the object of this index.
    case grasped(object: Int)
    /// No part of the robot touches the object of this index.
    case released(object: Int)
    /// The object is at least so many metres above where it started.
    case lifted(object: Int, by: Double)

    /// Whether the condition holds in `state`.
    func holds(in state: SceneState) -> Bool {
        switch self {
        case .all(let conditions):
            for condition in conditions where !condition.holds(in: state) { return false }
            return true
        case .any(let conditions):
            for condition in conditions where condition.holds(in: state) { return true }
            return false
        case .not(let condition): return !condition.holds(in: state)
        case .distance(let distance): return distance.holds(in: state)
        case .above(let height): return height.holds(in: state)
        case .on(let support): return support.holds(in: state)
        case .inside(let containment): return containment.holds(in: state)
        case .joint(let joint): return joint.holds(in: state)
        case .contact(let contact): return contact.holds(in: state)
        case .grasped(let object): return state.isGrasped(object)
        case .released(let object): return !state.isTouchedByRobot(object)
        case .lifted(let object, let height):
            let now = state.worldFromObject[object].translation.z
            return now - state.startHeights[object] >= height
        }
    }

    /// The facts in it, in file order, without `all`, `any` and `not`.
    var facts: [Condition] {
        switch self {
        case .all(let conditions), .any(let conditions): conditions.flatMap(\.facts)
        case .not(let condition): condition.facts
        default: [self]
        }
    }

    /// The object that a fact is about; nil where it is about the tool, a joint or a goal.
    var subject: Int? {
        switch self {
        case .all, .any, .not, .joint: nil
        case .distance(let distance): distance.from.object
        case .above(let height): height.place.object
        case .on(let support): support.object
        case .inside(let containment): containment.object
        case .contact(let contact): contact.first.object
        case .grasped(let object), .released(let object), .lifted(let object, _): object
        }
    }
}
