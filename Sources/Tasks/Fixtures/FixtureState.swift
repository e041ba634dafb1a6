import Physics
import Spatial

/// Where one seed puts a fixture.
struct FixturePlacement: Equatable, Sendable {
    var worldFromBase: Pose
    /// Joint positions in link order.
    var joints: [Double]

    /// Fixtures draw from streams of their own, so that one more changes no object's start.
    private static let firstStream: UInt64 = 0x6669_7800_0000

    init(worldFromBase: Pose, joints: [Double]) {
        self.worldFromBase = worldFromBase
        self.joints = joints
    }

    /// Draws a placement; `objects` are where the seed puts the objects.
    init(_ fixture: SceneFixture, index: Int, objects: [Pose], seed: UInt64) {
        var random = RandomStream(seed: seed, stream: Self.firstStream + UInt64(index))
        switch fixture.start {
        case .drawn(let start):
            let position = start.region.draw(&random)
            let yaw = random.uniform(in: start.yaw)
            worldFromBase = Pose(
                rotation: Rotation(axis: Vector3(0, 0, 1), angle: yaw),
                translation: position
            )
        case .under(let object):
            worldFromBase = objects[object]
            worldFromBase.translation.z = 0
        }
        joints = []
        for range in fixture.joints { joints.append(random.uniform(in: range)) }
    }
}

/// The true state of a fixture: privileged, for experts and judges, never for policies.
struct FixtureState: Equatable, Sendable {
    var worldFromBase: Pose
    /// The links' frames in the world, in link order.
    var worldFromLink: [Pose]
    /// Joint positions in link order, rad or m.
    var positions: [Double]
    /// Joint velocities in link order.
    var velocities: [Double]

    /// At rest where a seed puts it.
    init(_ model: FixtureModel, at placement: FixturePlacement) {
        worldFromBase = placement.worldFromBase
        positions = placement.joints
        velocities = [Double](repeating: 0, count: model.links.count)
        worldFromLink = []
        for (link, position) in zip(model.links, placement.joints) {
            let worldFromParent = link.parent.map { worldFromLink[$0] } ?? worldFromBase
            worldFromLink.append(worldFromParent * link.parentFromLink(at: position))
        }
    }

    /// Copies joints and links out of the world; does not allocate.
    mutating func read(_ fixture: MultibodyID, from world: World) {
        positions.withUnsafeMutableBufferPointer { positions in
            velocities.withUnsafeMutableBufferPointer { velocities in
                world.readJointState(of: fixture, positions: positions, velocities: velocities)
            }
        }
        worldFromLink.withUnsafeMutableBufferPointer { world.readLinkPoses(of: fixture, into: $0) }
    }

    /// A link's frame in the world; the base's for nil.
    func worldFromPart(_ link: Int?) -> Pose { link.map { worldFromLink[$0] } ?? worldFromBase }
}
