import Spatial

/// Opening a sliding part of a fixture by its bar: hooks in behind it from above, and pulls.
///
/// Needs two places on the part: `hook`, between the bar and the front, and `handle`, on the bar.
struct DrawerPull {
    /// The index of the fixture in the scene.
    var fixture: Int
    /// The index of the sliding link.
    var link: Int
    /// The least position that is asked for, in metres.
    var atLeast: Double

    /// How far beyond what is asked for it is pulled, in metres, as far as the range allows.
    static let margin = 0.006
    /// How far above the hook the hand goes down, and leaves.
    static let hover = 0.10
    /// Where it is behind the bar: along the pull and up, and sideways.
    static let hooked = (along: 0.028, sideways: 0.03)

    /// Nil where the fixture has no such places or the joint is no slider to be pulled out.
    init?(_ joint: JointCondition, in state: SceneState) {
        guard case .fixture(let fixture) = joint.owner, let link = joint.index,
            state.models[fixture].links[link].joint == .prismatic,
            joint.bounds.lowerBound > -.infinity
        else { return nil }
        self.fixture = fixture
        self.link = link
        atLeast = joint.bounds.lowerBound
        guard place("hook", in: state) != nil, place("handle", in: state) != nil else { return nil }
    }

    /// Whether it is open.
    func isDone(in state: SceneState) -> Bool {
        let most = state.models[fixture].links[link].range.upperBound
        return state.fixtures[fixture].positions[link] >= min(atLeast + Self.margin, most - 0.002)
    }

    /// Whether the hand is still down behind the bar, and must leave upwards.
    func holdsHand(in state: SceneState) -> Bool {
        guard let hook = place("hook", in: state) else { return false }
        let way = state.worldFromTool.translation - hook
        return Vector3(way.x, way.y, 0).length < 0.09 && way.z < Self.hover - 0.02
    }

    /// Whether the hand is behind the bar, where it pulls.
    func isHooked(in state: SceneState) -> Bool {
        guard let hook = place("hook", in: state) else { return false }
        return isHooked(state.worldFromTool.translation - hook, along: direction(in: state))
    }

    /// Whether the hand is behind the bar when it is `way` from the hook.
    private func isHooked(_ way: Vector3, along pull: Vector3) -> Bool {
        let along = way.dot(pull)
        let sideways = (Vector3(way.x, way.y, 0) - pull * along).length
        let reach = (along * along + way.z * way.z).squareRoot()
        return reach <= Self.hooked.along && sideways <= Self.hooked.sideways
    }

    /// The unit direction, in the world, in which the part comes out.
    private func direction(in state: SceneState) -> Vector3 {
        let frame = state.fixtures[fixture].worldFromPart(link)
        return frame.rotation(state.models[fixture].links[link].axis)
    }

    /// Down behind the bar with closed fingers, then along the joint's axis.
    func intent(in state: SceneState) -> ExpertIntent {
        let tool = state.worldFromTool.translation
        let rotation = state.grip.canTurn ? state.grip.rotation(turnedBy: 0) : nil
        guard let hook = place("hook", in: state), let handle = place("handle", in: state) else {
            return ExpertIntent(toolTarget: tool, closes: true)
        }
        let pull = direction(in: state)
        let way = tool - hook
        if isHooked(way, along: pull) {
            return ExpertIntent(
                toolTarget: handle + pull * 0.05 - Vector3(0, 0, 0.003),
                toolRotation: rotation,
                closes: true
            )
        }
        let across = Vector3(way.x, way.y, 0).length
        if across > 0.02, way.z < Self.hover / 2 {
            return ExpertIntent(
                toolTarget: Vector3(tool.x, tool.y, hook.z + Self.hover),
                toolRotation: rotation,
                closes: true
            )
        }
        let slope = min(max((across - 0.006) / 0.014, 0), 1)
        return ExpertIntent(
            toolTarget: hook + Vector3(0, 0, Self.hover * slope),
            toolRotation: rotation,
            closes: true
        )
    }

    private func place(_ name: String, in state: SceneState) -> Vector3? {
        let places = state.models[fixture].links[link].body.places
        guard let place = places.first(where: { $0.name == name }) else { return nil }
        return state.fixtures[fixture].worldFromPart(link)(place.position)
    }
}
