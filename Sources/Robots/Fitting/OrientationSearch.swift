internal import Spatial

/// Looks for the rotation at which something is smallest.
struct OrientationSearch {
    /// What is to be small.
    let cost: (Rotation) -> Double

    /// The best rotation found, downhill from the three best of `starts`.
    func best(from starts: [Rotation]) -> Rotation {
        let ranked = starts.map { (rotation: $0, cost: cost($0)) }.sorted { $0.cost < $1.cost }
        let found = ranked.prefix(3).map { downhill(from: $0.rotation, $0.cost) }
        return found.min { $0.cost < $1.cost }?.rotation ?? .identity
    }

    /// Turns about each axis in turn as long as that helps, then by half as much.
    private func downhill(
        from start: Rotation,
        _ startCost: Double
    ) -> (rotation: Rotation, cost: Double) {
        var best = (rotation: start, cost: startCost)
        var step = 0.2
        while step > 1e-3 {
            var improved = false
            for axis in 0..<3 {
                for sign in [step, -step] {
                    var turn = Vector3.zero
                    turn[axis] = sign
                    let rotation = best.rotation * Rotation(rotationVector: turn)
                    let cost = cost(rotation)
                    if cost < best.cost * (1 - 1e-9) {
                        best = (rotation, cost)
                        improved = true
                    }
                }
            }
            if !improved { step /= 2 }
        }
        return best
    }

    /// Frames whose z axis is one of the hull's axes or the normal of one of its largest faces, each
    /// turned about z in steps of 15 degrees.
    static func starts(_ hull: ConvexHull) -> [Rotation] {
        var normals = [Vector3(1, 0, 0), Vector3(0, 1, 0), Vector3(0, 0, 1)]
        let faces = hull.triangles.map { triangle in
            let a = hull.vertices[Int(triangle.x)]
            return (hull.vertices[Int(triangle.y)] - a).cross(hull.vertices[Int(triangle.z)] - a)
        }
        for face in faces.sorted(by: { $0.length > $1.length }) where normals.count < 24 {
            guard face.length > 0 else { break }
            let normal = face / face.length
            // Much the same direction, or the opposite, is there already.
            if normals.allSatisfy({ abs($0.dot(normal)) < 0.995 }) { normals.append(normal) }
        }
        return normals.flatMap { normal in
            (0..<6).map { turn in
                upright(normal) * Rotation(axis: Vector3(0, 0, 1), angle: Double(turn) * .pi / 12)
            }
        }
    }

    /// A rotation that takes z to a unit vector.
    private static func upright(_ normal: Vector3) -> Rotation {
        let z = Vector3(0, 0, 1)
        let cosine = z.dot(normal)
        guard cosine > -1 + 1e-9 else { return Rotation(axis: Vector3(1, 0, 0), angle: .pi) }
        let axis = z.cross(normal)
        return Rotation(x: axis.x, y: axis.y, z: axis.z, w: 1 + cosine)
    }
}
