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
    }

    private let owners: [Owner]
    private let ownerFromShape: [Pose]
    private let worldFromBase: Pose
    /// The visuals, with the poses of the last ``update(links:objects:)``.
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
        self.owners = owners
        worldFromBase = task.worldFromBase
        ownerFromShape = shapes.map(\.pose)
        visuals = zip(owners, shapes).map { owner, shape in
            Visual(
                shape: shape.shape,
                worldFromShape: shape.pose,
                color: shape.color,
                segment: Self.segment(of: owner, linkCount: robot.links.count)
            )
        }
        poses = ownerFromShape + [.identity]
    }

    /// Segments: the base 0, links from 1, objects after them.
    private static func segment(of owner: Owner, linkCount: Int) -> UInt16 {
        switch owner {
        case .base: 0
        case .link(let index): UInt16(clamping: 1 + index)
        case .object(let index): UInt16(clamping: 1 + linkCount + index)
        }
    }

    /// Moves everything to where the links and objects are.
    mutating func update(links: [Pose], objects: [Pose], worldFromTool: Pose) {
        poses[owners.count] = worldFromTool
        for index in owners.indices {
            let worldFromOwner =
                switch owners[index] {
                case .base: worldFromBase
                case .link(let link): links[link]
                case .object(let object): objects[object]
                }
            poses[index] = worldFromOwner * ownerFromShape[index]
            visuals[index].worldFromShape = poses[index]
        }
    }
}
