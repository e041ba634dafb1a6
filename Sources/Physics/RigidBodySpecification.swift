public import Spatial

/// How a rigid body moves.
public enum BodyMotion: Equatable, Sendable {
    /// Never.
    case fixed
    /// By its own set velocity, whatever it meets: doors, belts, turntables.
    case kinematic
    /// By forces and contacts, with this mass and inertia.
    case dynamic(MassProperties)
}

/// A single rigid body made of primitives.
public struct RigidBodySpecification: Equatable, Sendable {
    /// The name, for messages.
    public var name: String
    /// How it moves.
    public var motion: BodyMotion
    /// The shapes, in the body frame; at least one.
    public var colliders: [Collider]
    /// The surface.
    public var material: Material
    /// Where the body frame starts.
    public var worldFromBody: Pose
    /// The share of linear velocity lost per second, in `[0, 1]`.
    public var linearDamping: Double
    /// The share of angular velocity lost per second, in `[0, 1]`.
    public var angularDamping: Double

    /// Creates a body.
    public init(
        name: String,
        motion: BodyMotion,
        colliders: [Collider],
        material: Material = Material(),
        worldFromBody: Pose = .identity,
        linearDamping: Double = 0.04,
        angularDamping: Double = 0.04
    ) {
        self.name = name
        self.motion = motion
        self.colliders = colliders
        self.material = material
        self.worldFromBody = worldFromBody
        self.linearDamping = linearDamping
        self.angularDamping = angularDamping
    }

    /// Creates a dynamic body of `mass` kilograms, spread evenly over its shapes.
    public init(
        name: String,
        mass: Double,
        colliders: [Collider],
        material: Material = Material(),
        worldFromBody: Pose = .identity
    ) {
        self.init(
            name: name,
            motion: .dynamic(MassProperties(mass: mass, uniformlyOver: colliders)),
            colliders: colliders,
            material: material,
            worldFromBody: worldFromBody
        )
    }
}
