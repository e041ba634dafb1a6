internal import Diagnostics
internal import Spatial

/// Joins a URDF and a robot.yaml into one robot: merges fixed joints, orders links, checks both
/// against each other.
struct RobotAssembly {
    let urdf: URDFDocument
    let file: RobotFile
    /// Nil where there is no folder to look for meshes in.
    let meshes: RobotMeshes?
    let parentJoints: [String: URDFDocument.Joint]

    init(urdf: URDFDocument, file: RobotFile, meshes: RobotMeshes?) {
        self.urdf = urdf
        self.file = file
        self.meshes = meshes
        parentJoints = urdf.parentJoints
    }

    /// The robot's parts in link order.
    struct Parts {
        var base: RobotBody
        var links: [RobotLink]
        var armJointCount: Int
        var toolFrameName: String
        var linkFromTool: Pose
        var gripper: GripperModel?
        var gears: [MimicGear]
        var home: JointVector
        var servos: ServoMap?
    }

    func parts() throws(InputError) -> Parts {
        let toolFrame = try knownLink(file.toolFrame)
        let chain = try armChain(to: toolFrame)
        let fingers = try fingerJoints(without: chain)
        let order = chain + fingers
        guard order.count <= JointVector.capacity else {
            throw file.armPlace.error(
                expected: "at most \(JointVector.capacity) movable joints",
                found: "\(order.count)"
            )
        }
        let bodies = try RobotBodies(assembly: self)
        var links: [RobotLink] = []
        var home: [Double] = []
        for (joint, settings) in order {
            links.append(
                try link(joint, settings, bodies, parents: links.map(\.name))
            )
            if let value = settings.home { home.append(try position(value, joint)) }
        }
        let gears = try gears(links)
        return Parts(
            base: try bodies.body(of: urdf.root, isMovable: false),
            links: links,
            armJointCount: chain.count,
            toolFrameName: toolFrame,
            linkFromTool: bodies.bodyFromLink(toolFrame),
            gripper: try gripper(links),
            gears: gears,
            home: JointVector(home),
            servos: try file.servos?.map(of: links, gears: gears)
        )
    }

    /// The hull of a URDF shape that is a mesh, in metres.
    func wholeHull(
        _ shape: URDFDocument.Shape,
        of link: String,
        _ key: String
    ) throws(InputError) -> ConvexHull {
        do throws(InputError) {
            guard let meshes else {
                throw InputError(
                    expected: "primitives in robot.yaml, as there is no folder for meshes",
                    found: "the mesh \(quoted(shape.meshFile))"
                )
            }
            return try meshes.hull(shape.meshFile, scale: shape.meshScale)
        } catch {
            guard error.file == nil else { throw error }
            throw urdf.error("link", link, key, expected: error.expected, found: error.found)
        }
    }

    typealias JointPair = (joint: URDFDocument.Joint, settings: RobotFile.Joint)

    /// The name of a URDF link that the file refers to.
    func knownLink(_ value: YAMLValue) throws(InputError) -> String {
        let name = try value.string()
        guard urdf.links[name] != nil else {
            throw unknown("link", name, known: urdf.links.keys.sorted(), value.place)
        }
        return name
    }

    func unknown(
        _ kind: String,
        _ name: String,
        known: [String],
        _ place: YAMLPlace
    ) -> InputError {
        InputError.unknown(
            kind,
            name: String(name.prefix(60)),
            known: known,
            file: place.file,
            line: place.line,
            key: place.key
        )
    }

    /// The movable joints from base to tool, each with its settings.
    private func armChain(to toolFrame: String) throws(InputError) -> [JointPair] {
        var chain: [URDFDocument.Joint] = []
        var link = toolFrame
        while let joint = parentJoints[link] {
            if joint.kind != nil { chain.append(joint) }
            link = joint.parent
        }
        chain.reverse()
        guard !chain.isEmpty else {
            throw file.toolFrame.mismatch("a tool frame that an arm moves")
        }
        return try paired(chain, with: file.arm, file.armPlace, "arm joint")
    }

    /// The other movable joints, parents first: they must all be fingers.
    private func fingerJoints(without chain: [JointPair]) throws(InputError) -> [JointPair] {
        let arm = Set(chain.map(\.joint.name))
        let rest = urdf.joints.filter { $0.kind != nil && !arm.contains($0.name) }
        guard let gripper = file.gripper else {
            guard let first = rest.first else { return [] }
            throw file.armPlace.error(
                expected: "a gripper that owns the joint \(quoted(first.name))",
                found: "no gripper"
            )
        }
        let sorted = rest.sorted { (depth($0), $0.name) < (depth($1), $1.name) }
        return try paired(sorted, with: gripper.fingers, gripper.place, "finger joint")
    }

    private func depth(_ joint: URDFDocument.Joint) -> Int {
        var count = 0
        var link = joint.parent
        while let parent = parentJoints[link] {
            count += 1
            link = parent.parent
        }
        return count
    }

    /// Joins URDF joints and their settings by name; both sides must have the same names.
    private func paired(
        _ joints: [URDFDocument.Joint],
        with settings: [RobotFile.Joint],
        _ place: YAMLPlace,
        _ kind: String
    ) throws(InputError) -> [JointPair] {
        let known = joints.map(\.name)
        for setting in settings where !known.contains(setting.name) {
            throw unknown(kind, setting.name, known: known, setting.place)
        }
        var pairs: [JointPair] = []
        for joint in joints {
            guard let setting = settings.first(where: { $0.name == joint.name }) else {
                throw place.error(
                    expected: "settings of the \(kind) \(quoted(joint.name))",
                    found: settings.isEmpty
                        ? "none" : settings.map { quoted($0.name) }.joined(separator: ", ")
                )
            }
            pairs.append((joint, setting))
        }
        return pairs
    }

    private func link(
        _ joint: URDFDocument.Joint,
        _ settings: RobotFile.Joint,
        _ bodies: RobotBodies,
        parents: [String]
    ) throws(InputError) -> RobotLink {
        let parentBody = bodies.root(of: joint.parent)
        let isSlider = joint.kind == .prismatic
        var limits = joint.limits
        limits.velocity = try tightened(
            settings.velocity,
            isSlider ? .velocity : .angularVelocity,
            joint.limits.velocity
        )
        limits.force = try tightened(
            settings.force,
            isSlider ? .force : .torque,
            joint.limits.force
        )
        if let value = settings.acceleration {
            let dimension: Dimension = isSlider ? .acceleration : .angularAcceleration
            limits.acceleration = try value.quantity(dimension, in: 1e-6...1e9)
        }
        return RobotLink(
            body: try bodies.body(of: joint.child, isMovable: true),
            parent: parents.firstIndex(of: parentBody) ?? -1,
            jointName: joint.name,
            kind: joint.kind ?? .revolute,
            axis: joint.axis,
            parentFromLink: bodies.bodyFromLink(joint.parent) * joint.parentFromChild,
            limits: limits,
            damping: joint.damping,
            jointFriction: joint.friction,
            motor: settings.motor
        )
    }

    /// A limit of robot.yaml; it may not be looser than the URDF's.
    private func tightened(
        _ value: YAMLValue,
        _ dimension: Dimension,
        _ bound: Double
    ) throws(InputError) -> Double {
        let number = try value.quantity(dimension, in: 1e-9...1e9)
        guard number <= bound * (1 + 1e-9) else {
            throw value.mismatch("at most the URDF's \(bound) \(dimension.units[0].symbol)")
        }
        return number
    }

    /// A joint position within the URDF's limits.
    func position(_ value: YAMLValue, _ joint: URDFDocument.Joint) throws(InputError) -> Double {
        let position = try value.quantity(joint.kind == .prismatic ? .length : .angle)
        guard position >= joint.limits.lower, position <= joint.limits.upper else {
            throw value.mismatch(
                "a position within the joint's limits \(joint.limits.lower) to \(joint.limits.upper)"
            )
        }
        return position
    }
}
