import Spatial
import Testing

@testable import Viewer

@Suite struct ShapeMeshTests {
    private struct Triangle {
        var corners: [SIMD3<Double>]
        var normal: SIMD3<Double>
    }

    private func triangles(_ mesh: [Float]) -> [Triangle] {
        stride(from: 0, to: mesh.count, by: 18).map { start in
            func vector(_ at: Int) -> SIMD3<Double> {
                SIMD3(
                    Double(mesh[start + at]),
                    Double(mesh[start + at + 1]),
                    Double(mesh[start + at + 2])
                )
            }
            return Triangle(
                corners: [vector(0), vector(6), vector(12)],
                normal: vector(3) + vector(9) + vector(15)
            )
        }
    }

    /// By the divergence theorem; right only for a closed surface with outward triangles.
    private func volume(_ mesh: [Float]) -> Double {
        triangles(mesh).reduce(0) {
            $0 + $1.corners[0].dot($1.corners[1].cross($1.corners[2])) / 6
        }
    }

    @Test func `meshes enclose the volumes of their shapes`() {
        #expect(abs(volume(ShapeMesh.box) - 8) < 1e-5)
        #expect(abs(volume(ShapeMesh.sphere) - 4 * .pi / 3) < 0.06)
        #expect(abs(volume(ShapeMesh.tube + ShapeMesh.discs) - 2 * .pi) < 0.06)
    }

    @Test func `every triangle faces along its normals`() {
        for mesh in [
            ShapeMesh.box, ShapeMesh.sphere, ShapeMesh.tube, ShapeMesh.discs, ShapeMesh.square,
        ] {
            #expect(mesh.count % 18 == 0 && !mesh.isEmpty)
            for triangle in triangles(mesh) {
                let c = triangle.corners
                let face = (c[1] - c[0]).cross(c[2] - c[0])
                // The sphere's poles have triangles without area.
                #expect(face.dot(triangle.normal) > 0 || face.length < 1e-9)
            }
        }
    }
}
