public import Spatial

/// A primitive that encloses a hull, and how much it adds.
public struct PrimitiveFit: Sendable {
    /// The primitive.
    public var primitive: Primitive
    /// Its frame in the hull's.
    public var hullFromPrimitive: Pose
    /// Its volume in cubic metres.
    public var volume: Double

    /// The volume added, as a share of the hull's; infinite for a flat hull.
    public func addedShare(over hull: ConvexHull) -> Double {
        let inner = hull.volume
        return inner > 0 ? volume / inner - 1 : .infinity
    }

    /// Enclosing primitives of every kind, the smallest first.
    ///
    /// Box, cylinder and capsule are turned by a search: from the hull's largest faces and the
    /// frame's axes, downhill in ever smaller turns. It finds the best of many, not provably the best
    /// of all. Where the frame's own axes do within a fiftieth, they are kept.
    public static func all(of hull: ConvexHull) -> [PrimitiveFit] {
        // The search looks at fewer corners; what it finds is then measured on all of them.
        let coarse = hull.simplified(to: 96)
        let starts = OrientationSearch.starts(hull)
        var fits = [sphere(hull.vertices)]
        for kind in [box, cylinder, capsule] {
            let search = OrientationSearch(cost: { kind(coarse.vertices, $0).volume })
            let turned = kind(hull.vertices, search.best(from: starts))
            let straight = [
                Rotation.identity, Rotation(roll: 0, pitch: .pi / 2, yaw: 0),
                Rotation(roll: .pi / 2, pitch: 0, yaw: 0),
            ].map { kind(hull.vertices, $0) }.min { $0.volume < $1.volume }
            if let straight, straight.volume <= turned.volume * 1.02 {
                fits.append(straight)
            } else {
                fits.append(turned)
            }
        }
        return fits.sorted { $0.volume < $1.volume }
    }

    /// The smallest size of a primitive, in metres: flat parts get some thickness.
    private static let leastSize = 1e-4

    static func sphere(_ points: [Vector3]) -> PrimitiveFit {
        let ball = EnclosingBall(of: points)
        return PrimitiveFit(
            .sphere(radius: max(ball.radius, leastSize)),
            Pose(translation: ball.centre)
        )
    }

    /// The box along the axes of a turned frame.
    static func box(_ points: [Vector3], _ rotation: Rotation) -> PrimitiveFit {
        let back = rotation.inverse
        var lower = Vector3(repeating: .infinity)
        var upper = Vector3(repeating: -.infinity)
        for point in points {
            let turned = back(point)
            lower = pointwiseMin(lower, turned)
            upper = pointwiseMax(upper, turned)
        }
        let half = pointwiseMax((upper - lower) / 2, Vector3(repeating: leastSize / 2))
        return PrimitiveFit(
            .box(halfExtents: half),
            Pose(rotation: rotation, translation: rotation((lower + upper) / 2))
        )
    }

    /// The cylinder along the z axis of a turned frame.
    static func cylinder(_ points: [Vector3], _ rotation: Rotation) -> PrimitiveFit {
        let back = rotation.inverse
        let turned = points.map { back($0) }
        let circle = EnclosingBall(of: turned.map { Vector3($0.x, $0.y, 0) })
        let heights = turned.map(\.z)
        let (low, high) = (heights.min() ?? 0, heights.max() ?? 0)
        return PrimitiveFit(
            .cylinder(
                radius: max(circle.radius, leastSize),
                halfLength: max((high - low) / 2, leastSize / 2)
            ),
            Pose(
                rotation: rotation,
                translation: rotation(
                    Vector3(circle.centre.x, circle.centre.y, (low + high) / 2)
                )
            )
        )
    }

    /// The capsule along the z axis of a turned frame, as wide as it must be.
    static func capsule(_ points: [Vector3], _ rotation: Rotation) -> PrimitiveFit {
        let back = rotation.inverse
        let turned = points.map { back($0) }
        let circle = EnclosingBall(of: turned.map { Vector3($0.x, $0.y, 0) })
        let radius = max(circle.radius, leastSize)
        // Each corner asks that the straight part reach so near that its cap covers it.
        var low = Double.infinity
        var high = -Double.infinity
        for point in turned {
            let (x, y) = (point.x - circle.centre.x, point.y - circle.centre.y)
            let cap = max(radius * radius - x * x - y * y, 0).squareRoot()
            low = min(low, point.z + cap)
            high = max(high, point.z - cap)
        }
        return PrimitiveFit(
            .capsule(radius: radius, halfLength: max((high - low) / 2, leastSize / 2)),
            Pose(
                rotation: rotation,
                translation: rotation(
                    Vector3(circle.centre.x, circle.centre.y, (low + high) / 2)
                )
            )
        )
    }

    private init(_ primitive: Primitive, _ pose: Pose) {
        self.primitive = primitive
        hullFromPrimitive = pose
        volume = primitive.volume
    }
}

extension Primitive {
    /// The volume in cubic metres; infinite for the plane.
    fileprivate var volume: Double {
        switch self {
        case .box(let h): 8 * h.x * h.y * h.z
        case .sphere(let r): 4.0 / 3.0 * .pi * r * r * r
        case .capsule(let r, let half): .pi * r * r * (2 * half + 4.0 / 3.0 * r)
        case .cylinder(let r, let half): .pi * r * r * 2 * half
        case .plane: .infinity
        }
    }
}
