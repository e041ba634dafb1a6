import Foundation
internal import Spatial

extension ConvexHull {
    /// A hull inside this one with at most `limit` of its corners: those farthest out in as many
    /// directions, spread evenly over the sphere.
    func simplified(to limit: Int) -> ConvexHull {
        guard vertices.count > limit else { return self }
        var chosen: Set<Int> = []
        for direction in Self.directions(limit) {
            var best = 0
            var farthest = -Double.infinity
            for (index, vertex) in vertices.enumerated() where vertex.dot(direction) > farthest {
                farthest = vertex.dot(direction)
                best = index
            }
            chosen.insert(best)
        }
        return MeshFile.hull(of: chosen.sorted().map { vertices[$0] }) ?? self
    }

    /// The farthest that any corner of this hull lies outside of `inner`, in metres.
    func overhang(over inner: ConvexHull) -> Double {
        vertices.reduce(0) { max($0, inner.distanceOutside($1)) }
    }

    /// A spiral of golden angles, with the six axes first so that the extents are kept.
    private static func directions(_ count: Int) -> [Vector3] {
        var out: [Vector3] = []
        for axis in 0..<3 {
            var direction = Vector3.zero
            direction[axis] = 1
            out += [direction, -direction]
        }
        let rest = max(count - out.count, 0)
        let turn = Double.pi * (3 - 5.0.squareRoot())
        for index in 0..<rest {
            let z = 1 - (2 * Double(index) + 1) / Double(rest)
            let radius = (1 - z * z).squareRoot()
            let angle = turn * Double(index)
            out.append(Vector3(radius * cos(angle), radius * sin(angle), z))
        }
        return out
    }
}
