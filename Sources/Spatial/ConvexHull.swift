/// A convex polyhedron: its corners and the triangles between them.
public struct ConvexHull: Equatable, Sendable {
    /// The corners, in metres.
    public let vertices: [Vector3]
    /// Indices of three corners each, counterclockwise seen from outside.
    public let triangles: [SIMD3<Int32>]

    /// Creates a hull of corners that are all needed and triangles that close it.
    ///
    /// Triangles must name corners that are there.
    public init(vertices: [Vector3], triangles: [SIMD3<Int32>]) {
        self.vertices = vertices
        self.triangles = triangles
    }

    /// The volume in cubic metres; 0 for a flat one.
    public var volume: Double {
        guard let origin = vertices.first else { return 0 }
        var sum = 0.0
        for triangle in triangles {
            let (a, b, c) = corners(triangle)
            sum += (a - origin).dot((b - origin).cross(c - origin))
        }
        return abs(sum) / 6
    }

    /// The smallest and the largest coordinates.
    public var bounds: (lower: Vector3, upper: Vector3) {
        var lower = Vector3(repeating: .infinity)
        var upper = Vector3(repeating: -.infinity)
        for vertex in vertices {
            lower = pointwiseMin(lower, vertex)
            upper = pointwiseMax(upper, vertex)
        }
        return (lower, upper)
    }

    /// How far a point lies outside of the planes of the faces, at most; negative inside.
    public func distanceOutside(_ point: Vector3) -> Double {
        var most = -Double.infinity
        for triangle in triangles {
            let (a, b, c) = corners(triangle)
            let normal = (b - a).cross(c - a)
            let length = normal.length
            // Of a sliver the normal is mostly rounding; its neighbours bound the same face.
            let longest = max((b - a).dot(b - a), (c - a).dot(c - a))
            guard length > 1e-6 * longest else { continue }
            most = max(most, normal.dot(point - a) / length)
        }
        return most
    }

    /// Stretched along the axes of its frame; a negative number mirrors.
    public func scaled(by scale: Vector3) -> ConvexHull {
        let turns = scale.x * scale.y * scale.z < 0
        return ConvexHull(
            vertices: vertices.map { $0 * scale },
            triangles: turns ? triangles.map { SIMD3($0.x, $0.z, $0.y) } : triangles
        )
    }

    private func corners(_ triangle: SIMD3<Int32>) -> (Vector3, Vector3, Vector3) {
        (vertices[Int(triangle.x)], vertices[Int(triangle.y)], vertices[Int(triangle.z)])
    }
}
