import Spatial

/// Triangles with normals for shading: round things look round, edges stay sharp.
enum SmoothedMesh {
    /// Faces that meet at less than about 37 degrees are parts of one round surface.
    private static let crease = 0.8

    /// Where corners meet, to the micrometre: files round.
    private static func meetingPoint(_ corner: Vector3) -> Vector3 {
        (corner * 1e6).rounded(.toNearestOrAwayFromZero)
    }

    /// Position and normal of each corner, six floats; triangles without an area are left out.
    ///
    /// - Parameter corners: Three for each triangle.
    static func vertices(of corners: [Vector3]) -> [Float] {
        var faces: [(corners: ArraySlice<Vector3>, normal: Vector3)] = []
        var meeting: [Vector3: [Int]] = [:]
        for start in stride(from: 0, to: corners.count - 2, by: 3) {
            let face = corners[start..<start + 3]
            // As long as twice the area, so that small faces count little.
            let normal = (face[start + 1] - face[start]).cross(face[start + 2] - face[start])
            guard normal.length > 1e-14 else { continue }
            for corner in face { meeting[meetingPoint(corner), default: []].append(faces.count) }
            faces.append((face, normal))
        }
        var vertices: [Float] = []
        vertices.reserveCapacity(faces.count * 18)
        for face in faces {
            let own = face.normal / face.normal.length
            for corner in face.corners {
                var sum = Vector3.zero
                for other in meeting[meetingPoint(corner)] ?? [] {
                    let normal = faces[other].normal
                    if normal.dot(own) > crease * normal.length { sum += normal }
                }
                let normal = sum / sum.length
                for number in [corner.x, corner.y, corner.z, normal.x, normal.y, normal.z] {
                    vertices.append(Float(number))
                }
            }
        }
        return vertices
    }
}
