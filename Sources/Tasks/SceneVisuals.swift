import Physics
import Robots
import Sensing
import Spatial

/// What cameras see of a scene: every robot shape and every object, in a fixed order.
struct SceneVisuals {
    private enum Owner {
        case base
        case link(Int)
        case object(Int)
        case fixture(Int, link: Int?)
    }

    private let owners: [Owner]
    private let ownerFromShape: [Pose]
    private let worldFromBase: Pose
    /// The visuals, with the poses of the last ``update(links:objects:fixtures:)``.
    private(set) var visuals: [Visual]
    /// The poses alone, in the same order, and the tool's after them, which wrist cameras ride on.
    private(set) var poses: [Pose]

    init(task: TaskDefinition, robot: RobotModel) {
        var owners: [Owner] = []
        var shapes: [(shape: Primitive, pose: Pose, color: SIMD3<Float>)] = []
        for shape in robot.base.visuals {
            owners.append(.base)
            shapes.append((shape.primitive, shape.linkFromShape, shape.colour))
        }
        for (index, link) in robot.links.enumerated() {
            for shape in link.body.visuals {
                owners.append(.link(index))
                shapes.append((shape.primitive, shape.linkFromShape, shape.colour))
            }
        }
        for (index, object) in task.scene.enumerated() {
            for part in object.parts {
                owners.append(.object(index))
                shapes.append((part.shape, part.objectFromShape, part.color))
            }
        }
        for (index, fixture) in task.fixtures.enumerated() {
            let bodies: [(Int?, FixtureBody)] =
                [(nil, fixture.model.base)]
                + fixture.model.links.enumerated().map { ($0.offset, $0.element.body) }
            for (link, body) in bodies {
                for part in body.parts {
                    owners.append(.fixture(index, link: link))
                    shapes.append((part.shape, part.objectFromShape, part.color))
                }
            }
        }
        let fixtureSegments = Self.fixtureSegments(task, linkCount: robot.links.count)
        self.owners = owners
        worldFromBase = task.worldFromBase
        ownerFromShape = shapes.map(\.pose)
        visuals = zip(owners, shapes).map { owner, shape in
            Visual(
                shape: shape.shape,
                worldFromShape: shape.pose,
                color: shape.color,
                segment: Self.segment(
                    of: owner,
                    linkCount: robot.links.count,
                    fixtures: fixtureSegments
                )
            )
        }
        poses = ownerFromShape + [.identity]
    }

    /// The segment of each fixture's base; its links' follow.
    private static func fixtureSegments(_ task: TaskDefinition, linkCount: Int) -> [Int] {
        var next = 1 + linkCount + task.scene.count
        return task.fixtures.map { fixture in
            defer { next += 1 + fixture.model.links.count }
            return next
        }
    }

    /// Segments: the robot's base 0, links from 1, objects after them, then each fixture's base and
    /// links.
    private static func segment(of owner: Owner, linkCount: Int, fixtures: [Int]) -> UInt16 {
        switch owner {
        case .base: 0
        case .link(let index): UInt16(clamping: 1 + index)
        case .object(let index): UInt16(clamping: 1 + linkCount + index)
        case .fixture(let index, let link):
            UInt16(clamping: fixtures[index] + (link.map { $0 + 1 } ?? 0))
        }
    }

    /// Where each visual lies in its frame; the frame's number is the visual's segment.
    var frameFromShape: [Pose] { ownerFromShape }

    /// Moves everything to where the links, objects and fixtures are.
    mutating func update(
        links: [Pose],
        objects: [Pose],
        fixtures: [FixtureState],
        worldFromTool: Pose
    ) {
        poses[owners.count] = worldFromTool
        for index in owners.indices {
            let worldFromOwner =
                switch owners[index] {
                case .base: worldFromBase
                case .link(let link): links[link]
                case .object(let object): objects[object]
                case .fixture(let fixture, let link): fixtures[fixture].worldFromPart(link)
                }
            poses[index] = worldFromOwner * ownerFromShape[index]
            visuals[index].worldFromShape = poses[index]
        }
    }
}
