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
        var collisions: [LinkShape] = []
        var visuals: [LinkShape] = []
        for name in [root] + members {
            guard let link = assembly.urdf.links[name] else { continue }
            let bodyFromLink = bodyFromLink(name)
            inertia = inertia + link.inertia.transformed(by: bodyFromLink)
            let (contact, seen) = try shapes(of: link)
            collisions += contact.map { moved($0, bodyFromLink) }
            visuals += seen.map { moved($0, bodyFromLink) }
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
            collisions: collisions,
            visuals: visuals,
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

    private func moved(_ shape: LinkShape, _ bodyFromLink: Pose) -> LinkShape {
        var out = shape
        out.linkFromShape = bodyFromLink * shape.linkFromShape
        return out
    }

    /// A link's shapes: those of robot.yaml where it lists any, otherwise the URDF's.
    ///
    /// A link with collision shapes but no visual ones in robot.yaml looks as it collides.
    private func shapes(
        of link: URDFDocument.Link
    ) throws(InputError) -> (contact: [LinkShape], seen: [LinkShape]) {
        let listed = shapes[link.name]
        let contact: [LinkShape]
        if let own = listed?.collisions {
            contact = own
        } else {
            contact = try primitives(link.collisions, of: link.name, "collision")
        }
        let seen: [LinkShape]
        if let own = listed?.visuals ?? listed?.collisions {
            seen = own
        } else {
            seen = try primitives(link.visuals, of: link.name, "visual")
        }
        return (contact, seen)
    }

    private func primitives(
        _ shapes: [URDFDocument.Shape],
        of link: String,
        _ key: String
    ) throws(InputError) -> [LinkShape] {
        var out: [LinkShape] = []
        for shape in shapes {
            guard let primitive = shape.primitive else {
                throw assembly.urdf.error(
                    "link",
                    link,
                    key,
                    expected: "a box, sphere or cylinder, or primitives for it in robot.yaml",
                    found: "the mesh \(quoted(shape.meshFile)); meshes are not read yet"
                )
            }
            out.append(
                LinkShape(
                    primitive: primitive,
                    linkFromShape: shape.linkFromShape,
                    colour: shape.colour ?? assembly.file.colour
                )
            )
        }
        return out
    }
}
