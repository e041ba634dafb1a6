public import Spatial

/// What a joint lets its link do.
public enum JointKind: Equatable, Sendable {
    /// Turns about the axis; positions in radians.
    case revolute
    /// Slides along the axis; positions in metres.
    case prismatic
    /// Does not move; not part of joint vectors.
    case fixed
}

/// How a joint's motor follows its target.
///
/// The commanded velocity is `kp (target - q) / dt + (1 - kd) qd + kd targetVelocity`, with
/// `kp = 1 - exp(-dt / timeConstantSeconds)`: the error decays with that time constant at any
/// timestep, as far as the force suffices.
public struct MotorGains: Equatable, Sendable, BitwiseCopyable {
    /// The time constant in seconds, above 0.
    public var timeConstantSeconds: Double
    /// Bullet's `kd`: 1 damps critically, 0 leaves the velocity alone.
    public var velocityGain: Double
    /// The most force in newtons, or torque in newton metres; 0 turns the motor off.
    public var maxForce: Double
    /// The most velocity the motor asks for, in m/s or rad/s; may be infinite.
    public var maxVelocity: Double

    /// Creates gains.
    public init(
        timeConstantSeconds: Double = 0.04,
        velocityGain: Double = 1,
        maxForce: Double,
        maxVelocity: Double = .infinity
    ) {
        self.timeConstantSeconds = timeConstantSeconds
        self.velocityGain = velocityGain
        self.maxForce = maxForce
        self.maxVelocity = maxVelocity
    }
}

/// A spring in a joint: it pulls with `stiffness · (rest - q)`.
public struct JointSpring: Equatable, Sendable, BitwiseCopyable {
    /// In N m/rad or N/m, at least 0; explicit, so that `stiffness · dt²` must stay well under the
    /// link's inertia.
    public var stiffness: Double
    /// The joint position at which it does not pull, rad or m; may lie beyond the limits.
    public var rest: Double

    /// Creates a spring.
    public init(stiffness: Double, rest: Double) {
        self.stiffness = stiffness
        self.rest = rest
    }

    /// No spring.
    public static let none = JointSpring(stiffness: 0, rest: 0)
}

/// One link and the joint that carries it.
///
/// The link frame is the joint frame, as in URDF.
public struct LinkSpecification: Equatable, Sendable {
    /// The link's name, for messages.
    public var name: String
    /// The index of the parent link, smaller than this link's own; nil is the base.
    public var parent: Int?
    /// What the joint allows.
    public var joint: JointKind
    /// The joint's axis in the link frame; any length above 1e-6.
    public var axis: Vector3
    /// The joint's place in the parent link's frame, at position zero.
    public var parentFromLink: Pose
    /// Mass and inertia; both above 0.
    public var inertial: MassProperties
    /// The joint's lower limit, rad or m; `-.infinity` for none.
    public var lower: Double
    /// The joint's upper limit, rad or m; `.infinity` for none.
    public var upper: Double
    /// Viscous damping in N m s/rad or N s/m, at least 0; explicit, and at most what takes half of
    /// the velocity in a timestep by the link's own inertia.
    public var damping: Double
    /// Coulomb friction in N m or N, at least 0, and at most what stops the link alone from 2 rad/s
    /// (m/s) in a timestep.
    public var friction: Double
    /// The joint's spring.
    public var spring: JointSpring
    /// The joint's motor.
    public var motor: MotorGains
    /// The shapes, in the link frame.
    public var colliders: [Collider]
    /// Further shapes, in the link frame.
    public var hulls: [HullCollider]
    /// The surface of the shapes.
    public var material: Material

    /// Creates a link.
    public init(
        name: String,
        parent: Int?,
        joint: JointKind,
        axis: Vector3 = Vector3(0, 0, 1),
        parentFromLink: Pose,
        inertial: MassProperties,
        lower: Double = -.infinity,
        upper: Double = .infinity,
        damping: Double = 0,
        friction: Double = 0,
        spring: JointSpring = .none,
        motor: MotorGains = MotorGains(maxForce: 0),
        colliders: [Collider] = [],
        hulls: [HullCollider] = [],
        material: Material = Material()
    ) {
        self.name = name
        self.parent = parent
        self.joint = joint
        self.axis = axis
        self.parentFromLink = parentFromLink
        self.inertial = inertial
        self.lower = lower
        self.upper = upper
        self.damping = damping
        self.friction = friction
        self.spring = spring
        self.motor = motor
        self.colliders = colliders
        self.hulls = hulls
        self.material = material
    }
}

/// A gear between two joints of one multibody: it holds `qA + ratio · qB = 0`.
public struct GearSpecification: Equatable, Sendable {
    /// The index of the first link; its joint moves.
    public var linkA: Int
    /// The index of the second link; its joint moves.
    public var linkB: Int
    /// The ratio; -1 keeps two fingers' positions equal.
    public var ratio: Double
    /// The share of the error that one step removes, in `[0, 1]`.
    public var errorReduction: Double
    /// The most force, N or N m.
    public var maxForce: Double

    /// Creates a gear; the defaults suit a parallel gripper.
    public init(
        linkA: Int,
        linkB: Int,
        ratio: Double = -1,
        errorReduction: Double = 0.1,
        maxForce: Double = 50
    ) {
        self.linkA = linkA
        self.linkB = linkB
        self.ratio = ratio
        self.errorReduction = errorReduction
        self.maxForce = maxForce
    }
}

/// An articulated body: a base and a tree of links.
public struct MultibodySpecification: Equatable, Sendable {
    /// The name, for messages.
    public var name: String
    /// Where the base frame is.
    public var worldFromBase: Pose
    /// Whether the base is fixed to the world.
    public var isBaseFixed: Bool
    /// The base's mass and inertia; ``MassProperties/none`` will do for a fixed base.
    public var baseInertial: MassProperties
    /// The base's shapes, in the base frame.
    public var baseColliders: [Collider]
    /// Further shapes of the base, in the base frame.
    public var baseHulls: [HullCollider]
    /// The surface of the base's shapes.
    public var baseMaterial: Material
    /// The links, parents before children.
    public var links: [LinkSpecification]
    /// The gears between joints.
    public var gears: [GearSpecification]
    /// Whether links that are not parent and child collide with each other.
    public var hasSelfCollision: Bool
    /// Bullet's drag on the links' linear motion, per second.
    public var linearDamping: Double
    /// Bullet's drag on the links' angular motion, per second.
    public var angularDamping: Double

    /// Creates a multibody.
    public init(
        name: String = "multibody",
        worldFromBase: Pose = .identity,
        isBaseFixed: Bool = true,
        baseInertial: MassProperties = .none,
        baseColliders: [Collider] = [],
        baseHulls: [HullCollider] = [],
        baseMaterial: Material = Material(),
        links: [LinkSpecification],
        gears: [GearSpecification] = [],
        hasSelfCollision: Bool = false,
        linearDamping: Double = 0.04,
        angularDamping: Double = 0.04
    ) {
        self.name = name
        self.worldFromBase = worldFromBase
        self.isBaseFixed = isBaseFixed
        self.baseInertial = baseInertial
        self.baseColliders = baseColliders
        self.baseHulls = baseHulls
        self.baseMaterial = baseMaterial
        self.links = links
        self.gears = gears
        self.hasSelfCollision = hasSelfCollision
        self.linearDamping = linearDamping
        self.angularDamping = angularDamping
    }
}
