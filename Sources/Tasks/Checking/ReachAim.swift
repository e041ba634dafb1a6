import Robots
import Spatial

/// A place that the tool must come near because of what success asks for there: the handle of a
/// drawer, the slot of a socket, the middle of a plate that stands still.
struct ReachAim {
    /// One entry for each way the scene may start: places of which one must be reached.
    var choices: [[Vector3]]
    /// How far from the place the tool may stay, in metres: what it holds, or pushes with, is as long.
    var tolerance: Double
    /// Where the file puts it.
    var place: YAMLPlace
    /// What it is, for people.
    var what: String

    /// How far from a handle a hand may be that moves it, in metres.
    static let push = 0.05

    /// What the success conditions of a task ask for, each once.
    static func all(in setup: TaskSetup, toolHeight: Double) -> [ReachAim] {
        let task = setup.task
        var aims: [ReachAim] = []
        for index in task.instructions.indices {
            for fact in needed(by: task.success(of: index).condition) {
                guard let aim = ReachAim(fact, in: task, toolHeight: toolHeight),
                    !aims.contains(where: { $0.place == aim.place && $0.what == aim.what })
                else { continue }
                aims.append(aim)
            }
        }
        return aims
    }

    /// The facts that must come true whatever else does.
    private static func needed(by condition: Condition) -> [Condition] {
        switch condition {
        case .all(let conditions): conditions.flatMap { needed(by: $0) }
        case .any, .not: []
        default: [condition]
        }
    }

    /// Nil where a fact asks for nothing that fixtures or still things fix the place of.
    private init?(_ fact: Condition, in task: TaskDefinition, toolHeight: Double) {
        switch fact {
        case .joint(let joint):
            guard case .fixture(let index) = joint.owner, let link = joint.index else { return nil }
            self.init(moving: link, of: index, into: joint.bounds, in: task)
        case .inside(let inside):
            self.init(
                inside.box.centre,
                in: task,
                tolerance: Self.size(of: inside.object, in: task) + inside.box.halfExtents.length
            )
        case .on(let support):
            self.init(
                .object(support.support),
                in: task,
                tolerance: Self.size(of: support.object, in: task)
                    + Self.size(of: support.support, in: task)
            )
        case .distance(let distance):
            // Left out axes could be anything; only height is worth a second try.
            guard distance.atMost < .infinity, distance.scale.x > 0, distance.scale.y > 0 else {
                return nil
            }
            let held = distance.from.object.map { Self.size(of: $0, in: task) }
            guard held != nil || distance.from.frame == .tool else { return nil }
            self.init(
                distance.to,
                in: task,
                offset: distance.offset,
                tolerance: (held ?? 0) + distance.from.offset.length + distance.atMost,
                otherHeight: distance.scale.z > 0 ? nil : toolHeight
            )
        case .all, .any, .not, .above, .contact, .grasped, .released, .lifted: return nil
        }
    }

    /// A part of a fixture that a hand moves, where it starts and where it ends.
    private init(
        moving link: Int,
        of index: Int,
        into bounds: ClosedRange<Double>,
        in task: TaskDefinition
    ) {
        let fixture = task.fixtures[index]
        let body = fixture.model.links[link].body
        let points = body.places.filter { $0.halfExtents == nil }.map(\.position)
        let marks = points.isEmpty ? body.parts.map(\.objectFromShape.translation) : points
        choices = fixture.starts(in: task).flatMap { start in
            let position = start.joints[link]
            let end = min(max(position, bounds.lowerBound), bounds.upperBound)
            return Set([position, end]).sorted().map { position in
                var placement = start
                placement.joints[link] = position
                let state = FixtureState(fixture.model, at: placement)
                return marks.map { state.worldFromPart(link)($0) }
            }
        }
        tolerance = Self.push
        place = fixture.place
        what = "\(fixture.name).\(fixture.model.links[link].name), to be moved,"
    }

    /// A place on a fixture or on a thing that never moves; nil for others.
    private init?(
        _ target: Place,
        in task: TaskDefinition,
        offset: Vector3 = .zero,
        tolerance: Double,
        otherHeight: Double? = nil
    ) {
        let points: [Vector3]
        switch target.frame {
        case .fixture(let index, let link):
            let fixture = task.fixtures[index]
            points = fixture.starts(in: task).map { start in
                FixtureState(fixture.model, at: start).worldFromPart(link)(target.offset)
            }
            place = fixture.place
            what = "what success asks for at \(fixture.name)"
        case .object(let index):
            let object = task.scene[index]
            guard object.kind == .static else { return nil }
            points = ReachCheck.points(of: object.start.region).map { $0 + target.offset }
            place = object.place
            what = "what success asks for at \(object.name)"
        case .world:
            points = [target.offset]
            place = task.lines.success
            what = "what success asks for"
        case .tool, .goal: return nil
        }
        self.tolerance = tolerance
        choices = points.map { point in
            let aim = point + offset
            return [aim] + (otherHeight.map { [Vector3(aim.x, aim.y, $0)] } ?? [])
        }
    }

    /// How far an object reaches from its origin, in metres.
    private static func size(of object: Int, in task: TaskDefinition) -> Double {
        task.scene[object].halfExtents.length
    }
}

extension SceneFixture {
    /// The corners and the middle of where a seed may put it, with its joints at either end.
    func starts(in task: TaskDefinition) -> [FixturePlacement] {
        let start: SceneObject.Start
        var points: [Vector3]
        switch self.start {
        case .drawn(let drawn):
            start = drawn
            points = ReachCheck.points(of: drawn.region)
        case .under(let object):
            start = task.scene[object].start
            points = task.starts(of: object)
            for index in points.indices { points[index].z = 0 }
        }
        let yaws = Set([start.yaw.lowerBound, start.yaw.upperBound])
        let positions = Set([joints.map(\.lowerBound), joints.map(\.upperBound)])
        return points.flatMap { point in
            yaws.sorted().flatMap { yaw in
                positions.map { positions in
                    let rotation = Rotation(axis: Vector3(0, 0, 1), angle: yaw)
                    return FixturePlacement(
                        worldFromBase: Pose(rotation: rotation, translation: point),
                        joints: positions
                    )
                }
            }
        }
    }
}
