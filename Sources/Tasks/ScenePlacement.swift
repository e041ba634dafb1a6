import Diagnostics
import Robots
import Spatial

/// Where one seed puts everything.
struct ScenePlacement: Equatable, Sendable {
    /// Object poses in scene order.
    var worldFromObject: [Pose]
    /// Where each object is headed, in radians, for those that are launched.
    var headings: [Double]
    /// The path of each object that is led along one.
    var paths: [CirclePath?]
    /// Whether each object is left out of this episode; it then stands where nothing sees it.
    var isAbsent: [Bool]
    /// Where each fixture stands, and its joints.
    var fixtures: [FixturePlacement]
    /// The declared goal; zero for tasks without one.
    var goal: Vector3

    /// How often one thing is drawn again before everything is, and how often that may happen.
    static let drawLimit = 100
    static let roundLimit = 50
    /// Where absent objects stand, in metres, each lower than the one before.
    static let absentHeight = -100.0

    /// Draws the placement of `seed`, the same for ever: one random stream per object and goal.
    ///
    /// - Throws: ``InputError`` at the separation that many draws in a row could not keep.
    init(task: TaskDefinition, seed: UInt64) throws(InputError) {
        let count = task.scene.count
        headings = [Double](repeating: 0, count: count)
        paths = [CirclePath?](repeating: nil, count: count)
        isAbsent = [Bool](repeating: false, count: count)
        worldFromObject = [Pose](repeating: .identity, count: count)
        fixtures = []
        goal = .zero
        if let distractors = task.distractors {
            var random = RandomStream(seed: seed, stream: Stream.distractors)
            for index in distractors.absent(&random) { isAbsent[index] = true }
        }
        var draw = PlacementDraw(task: task, seed: seed)
        var broken: Separation?
        for _ in 0..<Self.roundLimit {
            broken = place(task: task, draw: &draw)
            if broken == nil { break }
        }
        fixtures = task.fixtures.enumerated().map { [worldFromObject] index, fixture in
            FixturePlacement(fixture, index: index, objects: worldFromObject, seed: seed)
        }
        guard let broken else { return }
        throw broken.place.error(
            expected: "starts that can be \(broken.atLeast) m apart: wider ranges or a smaller"
                + " distance",
            found: "none in \(Self.roundLimit) rounds of draws with seed \(seed)"
        )
    }

    /// The fixtures as they stand at the start.
    func states(of task: TaskDefinition) -> [FixtureState] {
        zip(task.fixtures, fixtures).map { FixtureState($0.model, at: $1) }
    }

    /// Places everything in order, each clear of what stands already; returns what could not be kept.
    private mutating func place(
        task: TaskDefinition,
        draw: inout PlacementDraw
    ) -> Separation? {
        for index in task.scene.indices {
            if isAbsent[index] {
                let depth = Self.absentHeight - Double(index)
                worldFromObject[index] = Pose(translation: Vector3(0, 0, depth))
                continue
            }
            var broken: Separation?
            for _ in 0..<Self.drawLimit {
                draw.object(index, into: &self)
                broken = conflict(of: .object(index), in: task.separations)
                if broken == nil { break }
            }
            if let broken { return broken }
        }
        guard let region = task.goal else { return nil }
        var broken: Separation?
        for _ in 0..<Self.drawLimit {
            goal = region.draw(&draw.goal)
            broken = conflict(of: .goal, in: task.separations)
            if broken == nil { break }
        }
        return broken
    }

    /// The first separation that a newly placed thing breaks with one placed before it.
    private func conflict(
        of member: Separation.Member,
        in separations: [Separation]
    ) -> Separation? {
        for separation in separations where separation.members.contains(member) {
            for other in separation.members where other != member && isPlaced(other, before: member)
            {
                let way = position(of: member) - position(of: other)
                if Vector3(way.x, way.y, 0).length < separation.atLeast { return separation }
            }
        }
        return nil
    }

    private func isPlaced(_ one: Separation.Member, before other: Separation.Member) -> Bool {
        switch (one, other) {
        case (.object(let first), .object(let second)): !isAbsent[first] && first < second
        case (.object(let first), .goal): !isAbsent[first]
        case (.goal, _): false
        }
    }

    private func position(of member: Separation.Member) -> Vector3 {
        switch member {
        case .object(let index): worldFromObject[index].translation
        case .goal: goal
        }
    }

    private enum Stream {
        static let distractors: UInt64 = 0x6469_7374
    }
}

/// The random streams of one seed, which go on where a draw is refused.
struct PlacementDraw {
    private let scene: [SceneObject]
    private let choices: [FixedStarts.Choice]
    private let spread: Double
    private var objects: [RandomStream]
    var goal: RandomStream

    init(task: TaskDefinition, seed: UInt64) {
        scene = task.scene
        choices =
            task.fixedStarts?.choices(seed: seed, objectCount: scene.count)
            ?? [FixedStarts.Choice](repeating: FixedStarts.Choice(), count: scene.count)
        // The first round is the source's own.
        let isFirstRound = seed < UInt64(task.fixedStarts?.count ?? 0)
        spread = isFirstRound ? 0 : task.fixedStarts?.spread ?? 0
        objects = scene.indices.map { RandomStream(seed: seed, stream: UInt64($0)) }
        goal = RandomStream(seed: seed, stream: 0x676f_616c)
    }

    /// Draws one object's start.
    mutating func object(_ index: Int, into placement: inout ScenePlacement) {
        let object = scene[index]
        var position = object.start.region.draw(&objects[index])
        let yaw = objects[index].uniform(in: object.start.yaw)
        if let point = choices[index].point {
            position.x = point.x + objects[index].uniform(in: -spread...spread)
            position.y = point.y + objects[index].uniform(in: -spread...spread)
        }
        var pose = Pose(
            rotation: Rotation(axis: Vector3(0, 0, 1), angle: choices[index].yaw ?? yaw),
            translation: position
        )
        switch object.motion {
        case .still, .surface: break
        case .launched(let heading):
            placement.headings[index] = objects[index].uniform(in: heading)
        case .driven(let circles):
            let path = circles.draw(&objects[index])
            pose.translation = path.position(after: 0)
            placement.paths[index] = path
        }
        placement.worldFromObject[index] = pose
    }
}
