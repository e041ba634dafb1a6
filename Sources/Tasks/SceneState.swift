import Spatial

/// The true state of a scene: privileged, for experts and judges, never for policies.
///
/// A class, so that an expert on the loop's thread sees what the plant last wrote.
public final class SceneState {
    /// The tool frame in the world.
    var worldFromTool: Pose = .identity
    /// The distance between the finger pads in metres.
    var gripperOpening: Double = 0
    /// The robot's joint positions in link order, in radians and metres.
    var robotJoints: [Double] = []
    /// The declared goal.
    var goal: Vector3 = .zero
    /// Object poses in scene order.
    var worldFromObject: [Pose]
    /// Linear velocities of the objects' origins in the world, in scene order.
    var objectVelocities: [Vector3]
    /// Heights at which the objects started, in scene order.
    var startHeights: [Double]
    /// Fixtures in the task's order.
    var fixtures: [FixtureState] = []
    /// What they are made of.
    var models: [FixtureModel] = []
    /// How the target's velocity changes, where it is led along a path.
    var targetAcceleration: Vector3 = .zero
    /// Index of the object that the task is about, which experts handle.
    var target: Int?
    /// What must hold for success; experts work it off.
    var condition = Condition.all([])
    /// The scene's objects, as the task file has them.
    let scene: [SceneObject]
    /// How the tool grasps, in the pose that the episode starts in.
    var grip = GripGeometry()
    /// What touches what, as of the last judgement; memory is kept.
    private(set) var touches: [Touch] = []
    /// The robot's links that carry finger pads.
    private let padLinks: [Int]

    init(scene: [SceneObject], target: Int?, padLinks: [Int] = []) {
        self.scene = scene
        let objectCount = scene.count
        worldFromObject = [Pose](repeating: .identity, count: objectCount)
        objectVelocities = [Vector3](repeating: .zero, count: objectCount)
        startHeights = [Double](repeating: 0, count: objectCount)
        self.target = target
        self.padLinks = padLinks
        touches.reserveCapacity(Self.touchCapacity)
    }

    /// How many touches are kept without taking memory.
    static let touchCapacity = 256

    /// Forgets what touched.
    func clearTouches() { touches.removeAll(keepingCapacity: true) }

    /// Takes note of two bodies that press on each other.
    func add(_ touch: Touch) { touches.append(touch) }

    /// Where what a place is fixed to is now, in the world.
    func pose(of frame: SceneFrame) -> Pose {
        switch frame {
        case .world: .identity
        case .tool: worldFromTool
        case .goal: Pose(translation: goal)
        case .object(let index): worldFromObject[index]
        case .fixture(let index, let link): fixtures[index].worldFromPart(link)
        }
    }

    /// Where a place is now, in the world.
    func position(of place: Place) -> Vector3 {
        let frame = pose(of: place.frame)
        // Most places are origins.
        return place.offset == .zero ? frame.translation : frame(place.offset)
    }

    /// Whether two bodies press on each other.
    func touch(_ one: TouchingBody, _ other: TouchingBody) -> Bool {
        for touch in touches {
            if touch.first == one, touch.second == other { return true }
            if touch.first == other, touch.second == one { return true }
        }
        return false
    }

    /// How many finger pads press on an object.
    func padsTouching(_ object: Int) -> Int {
        var count = 0
        for link in padLinks where touch(.robotLink(link), .object(object)) { count += 1 }
        return count
    }

    /// Whether every finger pad presses on an object.
    func isGrasped(_ object: Int) -> Bool {
        !padLinks.isEmpty && padsTouching(object) == padLinks.count
    }

    /// Whether any part of the robot presses on an object.
    func isTouchedByRobot(_ object: Int) -> Bool { isTouchedByRobot(.object(object)) }

    /// Whether any part of the robot presses on a body.
    func isTouchedByRobot(_ body: TouchingBody) -> Bool {
        for touch in touches {
            switch (touch.first, touch.second) {
            case (.robotLink, body), (body, .robotLink): return true
            default: break
            }
        }
        return false
    }

    /// Whether every finger pad presses on the object that the task is about.
    var isGrasped: Bool { target.map { isGrasped($0) } ?? false }

    /// The position of the object that the task is about.
    var targetPosition: Vector3 {
        target.map { worldFromObject[$0].translation } ?? .zero
    }

    /// Its velocity in the world.
    var targetVelocity: Vector3 { target.map { objectVelocities[$0] } ?? .zero }

    /// How far it is above where it started, in metres.
    var targetRise: Double {
        target.map { worldFromObject[$0].translation.z - startHeights[$0] } ?? 0
    }
}
