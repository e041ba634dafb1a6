import Spatial

/// One thing that a success condition asks for, as an expert works it off.
struct Subgoal {
    /// The object to move.
    var object: Int
    /// Where its origin should end, in the world.
    var place: Vector3
    /// Whether it is let go there, or held.
    var isReleased: Bool
    /// How far over ``place`` it may be let go, in metres.
    var drop: Double
    /// Whether what the condition asks for holds.
    var holds: Bool

    /// Whether nothing is left to do: it stands where it should and the hand is off it.
    func isDone(in state: SceneState) -> Bool {
        guard isReleased else { return false }
        return isPlaced(in: state) && state.padsTouching(object) == 0
    }

    /// Whether the object stands at its place, as nearly as a hand can put it.
    func isPlaced(in state: SceneState) -> Bool {
        if holds { return true }
        let off = state.worldFromObject[object].translation - place
        return Vector3(off.x, off.y, 0).length < 0.012 && abs(off.z) < 0.012
    }

    /// Whether the object was let go over its place, and is on the way down.
    func isFalling(in state: SceneState) -> Bool {
        let off = state.worldFromObject[object].translation - place
        return drop > Self.shortDrop && Vector3(off.x, off.y, 0).length < 0.03 && off.z < drop
    }

    /// How high over its place an object is let go that is to stand there, in metres.
    private static let shortDrop = 0.004

    /// What a fact asks for, where it asks for an object to be somewhere.
    init?(_ fact: Condition, in state: SceneState) {
        switch fact {
        case .on(let support):
            self.init(
                object: support.object,
                place: Self.top(of: support.support, under: support.object, state),
                isReleased: true,
                holds: fact.holds(in: state)
            )
        case .inside(let inside):
            self = Self.drop(inside, fact, state)
        case .distance(let distance):
            guard let subgoal = Self.carry(distance, fact, state) else { return nil }
            self = subgoal
        case .lifted(let object, let height):
            var place = state.worldFromObject[object].translation
            place.z = state.startHeights[object] + height + 0.02
            self.init(object: object, place: place, isReleased: false, holds: false)
        case .all, .any, .not, .above, .joint, .contact, .grasped, .released: return nil
        }
    }

    private init(
        object: Int,
        place: Vector3,
        isReleased: Bool,
        drop: Double = Self.shortDrop,
        holds: Bool
    ) {
        self.object = object
        self.place = place
        self.isReleased = isReleased
        self.drop = drop
        self.holds = holds
    }

    /// Over the middle of a box, from where it falls in.
    private static func drop(
        _ inside: ContainmentCondition,
        _ condition: Condition,
        _ state: SceneState
    ) -> Subgoal {
        var place = state.position(of: inside.box.centre)
        place.z += inside.box.halfExtents.z + 0.01
        return Subgoal(
            object: inside.object,
            place: place,
            isReleased: true,
            drop: 0.015,
            holds: condition.holds(in: state)
        )
    }

    /// To another place; where height does not count, onto what is there.
    private static func carry(
        _ distance: DistanceCondition,
        _ condition: Condition,
        _ state: SceneState
    ) -> Subgoal? {
        guard case .object(let object) = distance.from.frame,
            state.scene[object].kind == .dynamic, distance.atMost < .infinity
        else { return nil }
        if distance.scale.z == 0, case .object(let support) = distance.to.frame {
            return Subgoal(
                object: object,
                place: top(of: support, under: object, state),
                isReleased: true,
                // Near is not yet on: all that is asked for must hold.
                holds: state.condition.holds(in: state)
            )
        }
        return Subgoal(
            object: object,
            place: state.position(of: distance.to) + distance.offset,
            isReleased: false,
            holds: condition.holds(in: state)
        )
    }

    /// Where an object's origin is when it stands on the middle of another.
    private static func top(
        of support: Int,
        under object: Int,
        _ state: SceneState
    ) -> Vector3 {
        let height = state.scene[support].halfExtents.z + state.scene[object].halfExtents.z
        return state.worldFromObject[support].translation + Vector3(0, 0, height)
    }
}

/// One of the things that a success condition asks for, in the file's order.
enum Errand {
    /// To bring an object somewhere.
    case carry(Subgoal)
    /// To open a drawer.
    case pull(DrawerPull)

    /// The first that is not yet done; nil when all are.
    static func first(in state: SceneState, of condition: Condition) -> Errand? {
        var found: Errand?
        visit(condition, state) { errand in
            if found == nil, !errand.isDone(in: state) { found = errand }
        }
        return found
    }

    /// How many of them are done.
    static func doneCount(in state: SceneState, of condition: Condition) -> Int {
        var count = 0
        visit(condition, state) { errand in
            if errand.isDone(in: state) { count += 1 }
        }
        return count
    }

    private func isDone(in state: SceneState) -> Bool {
        switch self {
        case .carry(let subgoal): subgoal.isDone(in: state)
        case .pull(let pull): pull.isDone(in: state)
        }
    }

    private static func visit(
        _ condition: Condition,
        _ state: SceneState,
        _ body: (Errand) -> Void
    ) {
        switch condition {
        case .all(let conditions):
            for condition in conditions { visit(condition, state, body) }
        case .any(let conditions):
            if let first = conditions.first { visit(first, state, body) }
        case .joint(let joint):
            if let pull = DrawerPull(joint, in: state) { body(.pull(pull)) }
        case .not: break
        default:
            if let subgoal = Subgoal(condition, in: state) { body(.carry(subgoal)) }
        }
    }
}
