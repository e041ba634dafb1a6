public import Spatial

/// A multibody in a world, in the order of adding.
public struct MultibodyID: Hashable, Sendable, BitwiseCopyable {
    /// The position in the order of adding.
    public let index: Int
}

/// A rigid body in a world, in the order of adding.
public struct BodyID: Hashable, Sendable, BitwiseCopyable {
    /// The position in the order of adding.
    public let index: Int
}

/// Something that can be touched.
public enum WorldObject: Hashable, Sendable, BitwiseCopyable {
    /// A rigid body.
    case body(BodyID)
    /// A multibody's base.
    case base(MultibodyID)
    /// A multibody's link, by its index in the specification.
    case link(MultibodyID, Int)
}

/// All points at which two objects touched in the last step.
public struct Contact: Equatable, Sendable, BitwiseCopyable {
    /// One of the two.
    public let a: WorldObject
    /// The other.
    public let b: WorldObject
    /// The number of points; 0 where the two do not touch.
    public let pointCount: Int
    /// The normal impulse of the last step in newton seconds, summed over the points.
    ///
    /// Divided by the timestep it is the normal force.
    public let normalImpulse: Double
    /// The distance at the deepest point in metres, negative inside.
    public let distance: Double
    /// The deepest point, on `b`, in the world.
    public let position: Vector3
    /// The unit normal at the deepest point, from `b` to `a`, in the world.
    public let normal: Vector3
}

/// Where a ray met the first object.
public struct RayHit: Equatable, Sendable, BitwiseCopyable {
    /// The object.
    public let object: WorldObject
    /// The share of the way from start to end, in `[0, 1]`.
    public let fraction: Double
    /// The point in the world.
    public let position: Vector3
    /// The unit surface normal in the world.
    public let normal: Vector3
}
