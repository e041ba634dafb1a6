import Diagnostics
import Robots
import Spatial

/// Everything in a task file that has a name, for the sections that speak of it.
///
/// Each lookup refuses an unknown name at its line, with the nearest known ones.
struct SceneNames {
    /// The scene's objects.
    var scene: [SceneObject]
    /// Whether the task declares a goal.
    var hasGoal = false
    /// What stands there fixed to the world.
    var fixtures: [SceneFixture] = []
    /// Named points and boxes; those of fixtures are called `fixture.place`.
    var places: [NamedPlace] = []

    /// Names that no object or place may have.
    static let reserved = ["world", "tool", "goal", "robot", "anything"]

    /// What a place may be fixed to.
    func frame(_ value: YAMLValue) throws(InputError) -> SceneFrame {
        let name = try value.string()
        switch name {
        case "world": return .world
        case "tool": return .tool
        case "goal" where hasGoal: return .goal
        default:
            if let index = scene.firstIndex(where: { $0.name == name }) { return .object(index) }
            if let frame = fixtureFrame(name) { return frame }
            let known =
                ["world", "tool"] + (hasGoal ? ["goal"] : []) + scene.map(\.name)
                + fixtures.flatMap { fixture in
                    [fixture.name] + fixture.model.links.map { fixture.name + "." + $0.name }
                }
            throw refusal(value, name, "something that a place can be fixed to", known)
        }
    }

    /// A point: `tool`, `goal`, an object's origin, or a named place.
    func place(_ value: YAMLValue) throws(InputError) -> Place {
        let name = try value.string()
        switch name {
        case "tool": return .tool
        case "goal" where hasGoal: return .goal
        default:
            if let index = scene.firstIndex(where: { $0.name == name }) { return .object(index) }
            if let named = places.first(where: { $0.name == name }) { return named.centre }
            if let frame = fixtureFrame(name) { return Place(frame: frame) }
            let known =
                ["tool"] + (hasGoal ? ["goal"] : []) + scene.map(\.name) + fixtures.map(\.name)
                + places.map(\.name)
            throw refusal(value, name, "a place in the scene", known)
        }
    }

    /// A named place with a size.
    func box(_ value: YAMLValue) throws(InputError) -> BoxPlace {
        let name = try value.string()
        if let named = places.first(where: { $0.name == name }), let half = named.halfExtents {
            return BoxPlace(centre: named.centre, halfExtents: half)
        }
        let known = places.filter { $0.halfExtents != nil }.map(\.name)
        throw refusal(value, name, "a place with half_extents, under places", known)
    }

    /// Something that physics moves.
    func dynamicObject(_ value: YAMLValue) throws(InputError) -> Int {
        let name = try value.string()
        if let index = scene.firstIndex(where: { $0.name == name && $0.kind == .dynamic }) {
            return index
        }
        let known = scene.filter { $0.kind == .dynamic }.map(\.name)
        throw refusal(value, name, "a dynamic object in the scene", known)
    }

    /// Anything in the scene.
    func object(_ value: YAMLValue) throws(InputError) -> Int {
        let name = try value.string()
        if let index = scene.firstIndex(where: { $0.name == name }) { return index }
        throw refusal(value, name, "an object in the scene", scene.map(\.name))
    }

    /// What may touch: an object, `robot` or `anything`.
    func party(_ value: YAMLValue) throws(InputError) -> TouchingParty {
        let name = try value.string()
        switch name {
        case "robot": return .robot
        case "anything": return .anything
        default:
            if let index = scene.firstIndex(where: { $0.name == name }) { return .object(index) }
            if let index = fixtures.firstIndex(where: { $0.name == name }) {
                return .fixture(index)
            }
            let known = ["robot", "anything"] + scene.map(\.name) + fixtures.map(\.name)
            throw refusal(value, name, "an object in the scene, robot or anything", known)
        }
    }

    /// A fixture's base by its name, or one of its links as `fixture.link`.
    private func fixtureFrame(_ name: String) -> SceneFrame? {
        for (index, fixture) in fixtures.enumerated() {
            if name == fixture.name { return .fixture(index, link: nil) }
            for (link, model) in fixture.model.links.enumerated()
            where name == fixture.name + "." + model.name {
                return .fixture(index, link: link)
            }
        }
        return nil
    }

    /// Whose joint: `robot`, or a fixture.
    func jointOwner(_ value: YAMLValue) throws(InputError) -> JointCondition.Owner {
        let name = try value.string()
        if name == "robot" { return .robot }
        if let index = fixtures.firstIndex(where: { $0.name == name }) { return .fixture(index) }
        throw refusal(value, name, "robot or a fixture", ["robot"] + fixtures.map(\.name))
    }

    private func refusal(
        _ value: YAMLValue,
        _ name: String,
        _ expected: String,
        _ known: [String]
    ) -> InputError {
        value.place.error(
            expected: expected,
            found: "\"\(name)\"",
            nearest: nearestNames(to: name, among: known)
        )
    }
}
