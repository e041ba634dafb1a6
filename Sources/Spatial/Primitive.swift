/// A convex shape with an analytic form, shared by physics, robots and the ray caster.
///
/// Capsules and cylinders lie along their own `z` axis. All lengths in metres.
public enum Primitive: Equatable, Sendable, BitwiseCopyable {
    /// A box centred at the origin.
    case box(halfExtents: Vector3)
    /// A sphere centred at the origin.
    case sphere(radius: Double)
    /// A cylinder with half-sphere caps; `halfLength` measures the straight part alone.
    case capsule(radius: Double, halfLength: Double)
    /// A cylinder with flat ends at `±halfLength`.
    case cylinder(radius: Double, halfLength: Double)
    /// The half space `z <= 0`, seen from above.
    case plane

    /// Half the sides of the smallest box round the shape, along its own axes; infinite for the plane.
    public var boxHalfExtents: Vector3 {
        switch self {
        case .box(let halfExtents): halfExtents
        case .sphere(let radius): Vector3(repeating: radius)
        case .capsule(let radius, let halfLength): Vector3(radius, radius, radius + halfLength)
        case .cylinder(let radius, let halfLength): Vector3(radius, radius, halfLength)
        case .plane: Vector3(repeating: .infinity)
        }
    }

    /// The radius of the smallest origin-centred sphere round the shape; infinite for the plane.
    public var boundingRadius: Double {
        switch self {
        case .box(let halfExtents): halfExtents.length
        case .sphere(let radius): radius
        case .capsule(let radius, let halfLength): radius + halfLength
        case .cylinder(let radius, let halfLength):
            (radius * radius + halfLength * halfLength).squareRoot()
        case .plane: .infinity
        }
    }
}
