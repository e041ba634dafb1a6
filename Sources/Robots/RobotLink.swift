public import Spatial

/// How a link moves against its parent.
public enum JointKind: String, Sendable {
    /// A hinge with limits, in radians.
    case revolute
    /// A hinge without limits, in radians.
    case continuous
    /// A slider with limits, in metres.
    case prismatic
}

/// The bounds of one joint, in radians for hinges and metres for sliders.
public struct JointLimits: Equatable, Sendable {
    /// The lowest position; `-infinity` for a continuous joint.
    public var lower: Double
    /// The highest position; `infinity` for a continuous joint.
    public var upper: Double
    /// The largest speed, per second.
    public var velocity: Double
    /// The largest acceleration, per second squared; `infinity` where none is stated.
    public var acceleration: Double
    /// The largest motor torque in newton metres, or force in newtons.
    public var force: Double
}

/// How a joint's motor follows its position target.
public struct MotorGains: Equatable, Sendable {
    /// The time constant in seconds with which the position error decays.
    ///
    /// A velocity-level motor closes the share `1 - exp(-dt/tau)` of the error in a timestep `dt`,
    /// so the timestep may change and the motion does not.
    public var timeConstant: Double
    /// The share of the velocity error a timestep removes, in `0...1`.
    public var velocityGain: Double
}

/// Contact numbers of a surface, dimensionless (rolling and spinning in metres).
public struct SurfaceFriction: Equatable, Sendable {
    /// Coulomb's coefficient of sliding friction; the physics multiplies those of a pair.
    public var sliding: Double
    /// The rolling friction coefficient.
    public var rolling: Double
    /// The spinning friction coefficient, about the contact normal.
    public var spinning: Double
}

/// A shape fixed to a link, for contact or for the eye.
public struct LinkShape: Equatable, Sendable {
    /// The shape, centred at its own frame.
    public var primitive: Primitive
    /// The shape's frame in the link's.
    public var linkFromShape: Pose
    /// Red, green and blue in `0...1`.
    public var colour: SIMD3<Float>
    /// Whether robot.yaml lists it in place of the URDF's meshes, which people may see instead.
    public var standsForMesh = false
}

/// The convex hull of a mesh, fixed to a link, for contact.
public struct LinkHull: Equatable, Sendable {
    /// The hull, in its own frame; at most 64 corners.
    public var hull: ConvexHull
    /// The hull's frame in the link's.
    public var linkFromShape: Pose
    /// How far the mesh's own hull reaches out of this one, in metres.
    public var overhang: Double
}

/// Mass and shapes of one rigid part, the base or a movable link.
///
/// URDF links joined by fixed joints are one body; its frame is that of the URDF link which the
/// movable joint ends in.
public struct RobotBody: Equatable, Sendable {
    /// The URDF name of the body's first link.
    public var name: String
    /// URDF names of the links merged into this body, without ``name``.
    public var mergedNames: [String]
    /// Mass, centre of mass and inertia in the body's frame.
    public var inertia: RigidInertia
    /// Centre of mass and principal axes in the body's frame.
    public var linkFromInertial: Pose
    /// The moments of inertia about the principal axes, in kg m².
    public var principalInertia: Vector3
    /// Shapes for contact.
    public var collisions: [LinkShape]
    /// Hulls for contact, from meshes.
    public var hulls: [LinkHull]
    /// Shapes to look at.
    public var visuals: [LinkShape]
    /// Meshes to look at, for people; cameras see ``visuals`` alone.
    public var meshes: [LinkMesh]
    /// URDF names of links in this body that only meshes show, which cameras here cannot see.
    public var unseenLinks: [String]
    /// The friction of its surface.
    public var friction: SurfaceFriction

    /// The mass in kilograms.
    public var mass: Double { inertia.mass }
}

/// A movable link and the joint that carries it.
public struct RobotLink: Equatable, Sendable {
    /// The rigid part.
    public var body: RobotBody
    /// The parent's index among ``RobotModel/links``, less than the own; -1 for the base.
    public var parent: Int
    /// The URDF name of the joint.
    public var jointName: String
    /// How the joint moves.
    public var kind: JointKind
    /// The joint's unit axis in the link's frame (and in the parent's at any position).
    public var axis: Vector3
    /// The link's frame in the parent's at joint position 0.
    public var parentFromLink: Pose
    /// The joint's bounds.
    public var limits: JointLimits
    /// Viscous damping of the joint, in N m s/rad or N s/m.
    public var damping: Double
    /// Coulomb friction of the joint, in N m or N.
    public var jointFriction: Double
    /// How the motor follows.
    public var motor: MotorGains

    /// The URDF name of the link.
    public var name: String { body.name }
    /// The link's frame in the parent's at joint position `q`.
    public func parentFromLink(at q: Double) -> Pose {
        switch kind {
        case .revolute, .continuous:
            parentFromLink * Pose(rotation: Rotation(axis: axis, angle: q))
        case .prismatic: parentFromLink * Pose(translation: axis * q)
        }
    }
}

/// A joint that follows another: `position = multiplier · position(source) + offset`.
public struct MimicGear: Equatable, Sendable {
    /// The index of the link whose joint follows.
    public var joint: Int
    /// The index of the link whose joint leads.
    public var source: Int
    /// The ratio of the two positions.
    public var multiplier: Double
    /// The follower's position when the leader is at 0.
    public var offset: Double
    /// The largest force in newtons (torque in newton metres) that the gear passes on.
    public var maxForce: Double
    /// The share of the gear's position error that the physics removes each timestep.
    public var errorReduction: Double
}
