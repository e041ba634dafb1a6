internal import Diagnostics
internal import Spatial

/// URDF links grouped into rigid bodies: a body is a link and all that fixed joints tie to it.
struct RobotBodies {
    private let assembly: RobotAssembly
    /// For each URDF link: the body's first link, and the link's frame in that one's.
    private var placements: [String: (root: String, bodyFromLink: Pose)] = [:]
    private var shapes: [String: RobotFile.Shapes] = [:]

    init(assembly: RobotAssembly) throws(InputError) {
        self.assembly = assembly
        for name in assembly.urdf.links.keys { placements[name] = placement(of: name) }
        for (link, entry) in assembly.file.shapes {
            guard assembly.urdf.links[link] != nil else {
                let known = assembly.urdf.links.keys.sorted()
                throw assembly.unknown("link", link, known: known, entry.place)
            }
            shapes[link] = entry
        }
    }

    /// The first link of the body that a link belongs to.
    func root(of link: String) -> String {
        placements[link]?.root ?? link
    }

    /// A link's frame in its body's.
    func bodyFromLink(_ link: String) -> Pose {
        placements[link]?.bodyFromLink ?? .identity
    }

    /// The body that begins with the link `root`, masses summed and shapes moved.
    func body(of root: String, isMovable: Bool) throws(InputError) -> RobotBody {
        let members = placements.filter { $0.value.root == root && $0.key != root }.keys.sorted()
        var inertia = RigidInertia.zero
        var looks = LinkLooks()
        for name in [root] + members {
            guard let link = assembly.urdf.links[name] else { continue }
            let bodyFromLink = bodyFromLink(name)
            inertia = inertia + link.inertia.transformed(by: bodyFromLink)
            looks.append(try self.looks(of: link), bodyFromLink)
        }
        let axes = inertia.tensor.principalAxes
        guard let axes, !isMovable || (inertia.mass > 0 && axes.moments.min() > 0) else {
            throw assembly.urdf.error(
                "link",
                root,
                "inertial",
                expected: "a mass and moments above 0 for a link that moves",
                found: "a mass of \(inertia.mass) kg without them"
            )
        }
        return RobotBody(
            name: root,
            mergedNames: members,
            inertia: inertia,
            linkFromInertial: Pose(rotation: axes.rotation, translation: inertia.centreOfMass),
            principalInertia: axes.moments,
            collisions: looks.collisions,
            hulls: looks.hulls,
            visuals: looks.visuals,
            meshes: looks.meshes,
            unseenLinks: looks.unseenLinks,
            friction: try friction(of: [root] + members)
        )
    }

    private func placement(of name: String) -> (root: String, bodyFromLink: Pose) {
        var root = name
        var rootFromLink = Pose.identity
        while let joint = assembly.parentJoints[root], joint.kind == nil {
            rootFromLink = joint.parentFromChild * rootFromLink
            root = joint.parent
        }
        return (root, rootFromLink)
    }

    private func friction(of names: [String]) throws(InputError) -> SurfaceFriction {
        guard let gripper = assembly.file.gripper else { return assembly.file.surface }
        for pad in gripper.pads {
            if names.contains(try pad.string()) { return gripper.padFriction }
        }
        return assembly.file.surface
    }

    /// What a link collides with and shows.
    private struct LinkLooks {
        var collisions: [LinkShape] = []
        var hulls: [LinkHull] = []
        var visuals: [LinkShape] = []
        var meshes: [LinkMesh] = []
        var unseenLinks: [String] = []

        mutating func append(_ other: LinkLooks, _ bodyFromLink: Pose) {
            func moved(_ shape: LinkShape) -> LinkShape {
                var out = shape
                out.linkFromShape = bodyFromLink * shape.linkFromShape
                return out
            }
            collisions += other.collisions.map(moved)
            visuals += other.visuals.map(moved)
            hulls += other.hulls.map { hull in
                var out = hull
                out.linkFromShape = bodyFromLink * hull.linkFromShape
                return out
            }
            meshes += other.meshes.map { mesh in
                var out = mesh
                out.linkFromMesh = bodyFromLink * mesh.linkFromMesh
                return out
            }
            unseenLinks += other.unseenLinks
        }
    }

    /// A link's shapes: those of robot.yaml where it lists any, otherwise the URDF's.
    ///
    /// A link with collision shapes but no visual ones in robot.yaml looks as it collides.
    private func looks(of link: URDFDocument.Link) throws(InputError) -> LinkLooks {
        let listed = shapes[link.name]
        var looks = LinkLooks()
        if let own = listed?.collisions {
            looks.collisions = own
        } else {
            looks.collisions = primitives(link.collisions)
            for shape in link.collisions where shape.primitive == nil {
                looks.hulls.append(try hull(shape, of: link.name))
            }
        }
        let meshes = self.meshes(link.visuals)
        if let own = listed?.visuals ?? listed?.collisions {
            looks.visuals = own
            // Shapes that stand for all that the URDF shows give way to it; others stay.
            if !meshes.isEmpty, meshes.count == link.visuals.count {
                looks.meshes = meshes
                for index in own.indices { looks.visuals[index].standsForMesh = true }
            }
        } else {
            looks.meshes = meshes
            looks.visuals = primitives(link.visuals)
            if looks.visuals.isEmpty, !link.visuals.isEmpty { looks.unseenLinks = [link.name] }
        }
        return looks
    }

    private func hull(
        _ shape: URDFDocument.Shape,
        of link: String
    ) throws(InputError) -> LinkHull {
        let whole = try assembly.wholeHull(shape, of: link, "collision")
        let hull = whole.simplified(to: RobotMeshes.vertexLimit)
        return LinkHull(
            hull: hull,
            linkFromShape: shape.linkFromShape,
            overhang: whole.overhang(over: hull)
        )
    }

    /// The meshes among some shapes; those that are not to be found are left out, as only people
    /// would see them.
    private func meshes(_ shapes: [URDFDocument.Shape]) -> [LinkMesh] {
        shapes.compactMap { shape in
            guard shape.primitive == nil, let path = try? assembly.meshes?.path(of: shape.meshFile)
            else { return nil }
            return LinkMesh(
                path: path,
                scale: shape.meshScale,
                linkFromMesh: shape.linkFromShape,
                colour: shape.colour ?? assembly.file.colour
            )
        }
    }

    private func primitives(_ shapes: [URDFDocument.Shape]) -> [LinkShape] {
        shapes.compactMap { shape in
            shape.primitive.map {
                LinkShape(
                    primitive: $0,
                    linkFromShape: shape.linkFromShape,
                    colour: shape.colour ?? assembly.file.colour
                )
            }
        }
    }
}
