import Foundation
import Spatial

/// Triangles of the unit shapes from which every primitive is built, with outward normals.
///
/// Six floats a vertex: position, normal. Box, sphere and cylinder reach from -1 to 1.
enum ShapeMesh {
    /// A cube of side 2.
    static let box: [Float] = {
        var mesh: [Float] = []
        for axis in 0..<3 {
            for sign in [Float(-1), 1] {
                var normal = SIMD3<Float>.zero
                normal[axis] = sign
                var u = SIMD3<Float>.zero
                u[(axis + 1) % 3] = 1
                var v = SIMD3<Float>.zero
                v[(axis + 2) % 3] = sign
                let corners = [normal - u - v, normal + u - v, normal + u + v, normal - u + v]
                for corner in [0, 1, 2, 0, 2, 3] { mesh.add(corners[corner], normal) }
            }
        }
        return mesh
    }()

    /// A sphere of radius 1.
    static let sphere: [Float] = {
        let rings = 20
        let sides = 32
        var mesh: [Float] = []
        func point(_ ring: Int, _ side: Int) -> SIMD3<Float> {
            let polar = Double.pi * Double(ring) / Double(rings)
            let turn = 2 * Double.pi * Double(side) / Double(sides)
            return SIMD3(
                Float(sin(polar) * cos(turn)),
                Float(sin(polar) * sin(turn)),
                Float(cos(polar))
            )
        }
        for ring in 0..<rings {
            for side in 0..<sides {
                let a = point(ring, side)
                let b = point(ring + 1, side)
                let c = point(ring + 1, side + 1)
                let d = point(ring, side + 1)
                for corner in [a, b, c, a, c, d] { mesh.add(corner, corner) }
            }
        }
        return mesh
    }()

    /// The round side of a cylinder of radius 1 along `z`, from -1 to 1.
    static let tube: [Float] = {
        var mesh: [Float] = []
        forEachSide { a, b in
            let up = SIMD3<Float>(0, 0, 1)
            for (corner, normal) in [
                (a - up, a), (b - up, b), (b + up, b), (a - up, a), (b + up, b), (a + up, a),
            ] {
                mesh.add(corner, normal)
            }
        }
        return mesh
    }()

    /// The flat ends of the same cylinder.
    static let discs: [Float] = {
        var mesh: [Float] = []
        forEachSide { a, b in
            let up = SIMD3<Float>(0, 0, 1)
            for corner in [up, a + up, b + up] { mesh.add(corner, up) }
            for corner in [-up, b - up, a - up] { mesh.add(corner, -up) }
        }
        return mesh
    }()

    /// A square of side 2 in the plane `z = 0`, seen from above.
    static let square: [Float] = {
        var mesh: [Float] = []
        let corners: [SIMD3<Float>] = [
            SIMD3(-1, -1, 0), SIMD3(1, -1, 0), SIMD3(1, 1, 0), SIMD3(-1, 1, 0),
        ]
        for corner in [0, 1, 2, 0, 2, 3] { mesh.add(corners[corner], SIMD3(0, 0, 1)) }
        return mesh
    }()

    private static func forEachSide(_ body: (SIMD3<Float>, SIMD3<Float>) -> Void) {
        let sides = 32
        func point(_ side: Int) -> SIMD3<Float> {
            let turn = 2 * Double.pi * Double(side % sides) / Double(sides)
            return SIMD3(Float(cos(turn)), Float(sin(turn)), 0)
        }
        for side in 0..<sides { body(point(side), point(side + 1)) }
    }
}

extension [Float] {
    fileprivate mutating func add(_ position: SIMD3<Float>, _ normal: SIMD3<Float>) {
        append(contentsOf: [position.x, position.y, position.z, normal.x, normal.y, normal.z])
    }
}
