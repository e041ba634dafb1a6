internal import CUrdf
internal import Diagnostics
internal import Spatial

/// A URDF file as flat values, checked: one tree, known joints, finite numbers, sizes above zero.
struct URDFDocument {
    struct Link {
        var name: String
        var inertia: RigidInertia
        var collisions: [Shape] = []
        var visuals: [Shape] = []
    }

    struct Shape {
        /// Nil for a mesh.
        var primitive: Primitive?
        var meshFile: String
        /// The mesh's unit in metres, along its axes.
        var meshScale: Vector3
        var linkFromShape: Pose
        var colour: SIMD3<Float>?
    }

    struct Joint {
        var name: String
        var parent: String
        var child: String
        /// Nil for a fixed joint.
        var kind: JointKind?
        var parentFromChild: Pose
        var axis: Vector3
        var limits: JointLimits
        var damping: Double
        var friction: Double
        var mimic: Mimic?
    }

    struct Mimic {
        var source: String
        var multiplier: Double
        var offset: Double
    }

    /// The most links a file may have.
    static let linkLimit = 128

    let file: String
    let outline: XMLOutline
    private(set) var links: [String: Link] = [:]
    /// Joints sorted by name.
    private(set) var joints: [Joint] = []
    private(set) var root = ""

    /// The joint that carries each link; the root has none.
    var parentJoints: [String: Joint] {
        Dictionary(joints.map { ($0.child, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// An error at a named element.
    func error(
        _ element: String,
        _ name: String,
        _ key: String = "",
        expected: String,
        found: String,
        nearest: [String] = []
    ) -> InputError {
        InputError(
            file: file,
            line: outline.line(of: element, named: name),
            key: "\(element) \(quoted(name))" + (key.isEmpty ? "" : " " + key),
            expected: expected,
            found: found,
            nearest: nearest
        )
    }

    /// Parses a text; `file` is only named in errors.
    static func parse(_ text: String, file: String) throws(InputError) -> URDFDocument {
        do throws(InputError) {
            // The XML library below miscounts positions at these.
            let strange: Set<Unicode.Scalar> = ["\u{0}", "\u{FEFF}", "\u{FFFE}", "\u{FFFF}"]
            guard !text.unicodeScalars.contains(where: strange.contains) else {
                throw InputError(expected: "plain XML text", found: "a control character")
            }
            return try URDFDocument(text, file: file, outline: XMLOutline(text))
        } catch {
            throw error.inFile(file)
        }
    }

    private init(_ text: String, file: String, outline: XMLOutline) throws(InputError) {
        self.file = file
        self.outline = outline
        let parser = try URDFParser(text, outline: outline)
        guard parser.links.count <= Self.linkLimit else {
            throw InputError(
                expected: "at most \(Self.linkLimit) links",
                found: "\(parser.links.count)"
            )
        }
        var ordered: [Link] = []
        for link in parser.links { ordered.append(try self.link(link)) }
        for shape in parser.shapes {
            let index = Int(shape.link)
            let flat = try self.shape(shape, of: ordered[index].name)
            if shape.is_visual != 0 {
                ordered[index].visuals.append(flat)
            } else {
                ordered[index].collisions.append(flat)
            }
        }
        for link in ordered { links[link.name] = link }
        for joint in parser.joints { joints.append(try self.joint(joint)) }
        try checkMimics()
        root = try checkTree()
    }

    private func link(_ link: cu_link) throws(InputError) -> Link {
        let name = String(cString: link.name)
        guard link.has_inertial != 0 else { return Link(name: name, inertia: .zero) }
        let i = link.inertia
        let inertial = RigidInertia(
            mass: link.mass,
            centreOfMass: .zero,
            tensor: SymmetricTensor(
                diagonal: Vector3(i.0, i.3, i.5),
                offDiagonal: Vector3(i.1, i.2, i.4)
            )
        )
        let numbers = [link.mass, i.0, i.1, i.2, i.3, i.4, i.5]
        let linkFromInertial = Pose(link.link_from_inertial)
        guard numbers.allSatisfy(\.isFinite), linkFromInertial.isFinite else {
            throw error("link", name, "inertial", expected: "finite numbers", found: "others")
        }
        guard link.mass >= 0 else {
            throw error("link", name, "mass", expected: "no negative mass", found: "\(link.mass)")
        }
        guard let moments = inertial.tensor.principalAxes?.moments,
            moments.min() >= -1e-9 * max(moments.max(), 0)
        else {
            throw error(
                "link",
                name,
                "inertia",
                expected: "a tensor with no negative principal moment",
                found: "one that no body has"
            )
        }
        // What has no mass has no inertia either, whatever a placeholder says.
        guard link.mass > 0 else { return Link(name: name, inertia: .zero) }
        return Link(name: name, inertia: inertial.transformed(by: linkFromInertial))
    }

    private func shape(_ shape: cu_shape, of link: String) throws(InputError) -> Shape {
        let d = shape.dimensions
        let pose = Pose(shape.link_from_shape)
        let count: Int
        let primitive: Primitive?
        switch Int(shape.kind) {
        case Int(CU_SHAPE_BOX.rawValue):
            count = 3
            primitive = .box(halfExtents: Vector3(d.0, d.1, d.2) / 2)
        case Int(CU_SHAPE_SPHERE.rawValue):
            count = 1
            primitive = .sphere(radius: d.0)
        case Int(CU_SHAPE_CYLINDER.rawValue):
            count = 2
            primitive = .cylinder(radius: d.0, halfLength: d.1 / 2)
        case Int(CU_SHAPE_MESH.rawValue):
            count = 0
            primitive = nil
        default:
            throw error("link", link, "geometry", expected: "a known shape", found: "none")
        }
        let sizes = [d.0, d.1, d.2].prefix(count)
        guard sizes.allSatisfy({ $0 > 0 && $0.isFinite }), pose.isFinite else {
            throw error("link", link, "geometry", expected: "sizes above 0", found: "\(sizes)")
        }
        let scale = Vector3(shape.mesh_scale.0, shape.mesh_scale.1, shape.mesh_scale.2)
        let sides = [abs(scale.x), abs(scale.y), abs(scale.z)]
        guard primitive != nil || sides.allSatisfy({ (1e-9...1e3).contains($0) }) else {
            throw error("link", link, "mesh", expected: "a scale that is not 0", found: "\(sides)")
        }
        let c = shape.colour
        return Shape(
            primitive: primitive,
            meshFile: String(cString: shape.mesh_file),
            meshScale: scale,
            linkFromShape: pose,
            colour: shape.has_colour != 0 ? SIMD3(c.0, c.1, c.2) : nil
        )
    }

    private func joint(_ joint: cu_joint) throws(InputError) -> Joint {
        let name = String(cString: joint.name)
        let kind = try jointKind(joint.kind, name)
        let axis = Vector3(joint.axis.0, joint.axis.1, joint.axis.2)
        let pose = Pose(joint.parent_from_joint)
        let numbers = [
            joint.lower, joint.upper, joint.effort, joint.velocity, joint.damping, joint.friction,
            joint.mimic_multiplier, joint.mimic_offset,
        ]
        guard pose.isFinite, numbers.allSatisfy(\.isFinite) else {
            throw error("joint", name, expected: "finite numbers", found: "others")
        }
        if let kind {
            guard axis.isFinite, axis.length > 1e-6 else {
                throw error("joint", name, "axis", expected: "a direction", found: "\(axis)")
            }
            try checkLimits(joint, kind, name)
        }
        let mimic = joint.mimic_joint.map {
            Mimic(
                source: String(cString: $0),
                multiplier: joint.mimic_multiplier,
                offset: joint.mimic_offset
            )
        }
        let isBounded = kind == .revolute || kind == .prismatic
        return Joint(
            name: name,
            parent: String(cString: joint.parent_link),
            child: String(cString: joint.child_link),
            kind: kind,
            parentFromChild: pose,
            axis: kind == nil ? .zero : axis / axis.length,
            limits: JointLimits(
                lower: isBounded ? joint.lower : -.infinity,
                upper: isBounded ? joint.upper : .infinity,
                velocity: joint.has_limits != 0 ? joint.velocity : .infinity,
                acceleration: .infinity,
                force: joint.has_limits != 0 ? joint.effort : .infinity
            ),
            damping: joint.damping,
            friction: joint.friction,
            mimic: mimic
        )
    }

    private func jointKind(_ kind: Int32, _ name: String) throws(InputError) -> JointKind? {
        switch Int(kind) {
        case Int(CU_JOINT_REVOLUTE.rawValue): return .revolute
        case Int(CU_JOINT_CONTINUOUS.rawValue): return .continuous
        case Int(CU_JOINT_PRISMATIC.rawValue): return .prismatic
        case Int(CU_JOINT_FIXED.rawValue): return nil
        default:
            throw error(
                "joint",
                name,
                "type",
                expected: "revolute, continuous, prismatic or fixed",
                found: "floating, planar or unknown"
            )
        }
    }

    private func checkLimits(
        _ joint: cu_joint,
        _ kind: JointKind,
        _ name: String
    ) throws(InputError) {
        if kind != .continuous {
            guard joint.has_limits != 0, joint.lower < joint.upper else {
                throw error(
                    "joint",
                    name,
                    "limit",
                    expected: "lower below upper",
                    found: joint.has_limits != 0 ? "\(joint.lower) and \(joint.upper)" : "no limits"
                )
            }
        }
        guard joint.effort >= 0, joint.velocity >= 0, joint.damping >= 0, joint.friction >= 0 else {
            throw error(
                "joint",
                name,
                expected: "no negative effort, velocity, damping or friction",
                found: "a negative one"
            )
        }
    }
}

extension Pose {
    fileprivate init(_ pose: cu_pose) {
        let t = pose.translation
        let q = pose.quaternion
        // A rotation would hide these by normalising them away.
        let isFinite = [q.0, q.1, q.2, q.3].allSatisfy(\.isFinite)
        self.init(
            rotation: Rotation(x: q.0, y: q.1, z: q.2, w: q.3),
            translation: isFinite
                ? Vector3(t.0, t.1, t.2) : Vector3(repeating: .nan)
        )
    }
}
