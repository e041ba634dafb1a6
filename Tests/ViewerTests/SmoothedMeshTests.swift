import Spatial
import Testing

@testable import Viewer

@Suite struct SmoothedMeshTests {
    /// The triangles of one of the viewer's own shapes.
    private func corners(_ mesh: [Float]) -> [Vector3] {
        stride(from: 0, to: mesh.count, by: 6).map { at in
            Vector3(Double(mesh[at]), Double(mesh[at + 1]), Double(mesh[at + 2]))
        }
    }

    private func normals(_ vertices: [Float]) -> [Vector3] {
        stride(from: 3, to: vertices.count, by: 6).map { at in
            Vector3(Double(vertices[at]), Double(vertices[at + 1]), Double(vertices[at + 2]))
        }
    }

    @Test func `a box keeps its edges`() {
        let vertices = SmoothedMesh.vertices(of: corners(ShapeMesh.box))
        #expect(vertices == ShapeMesh.box)
    }

    @Test func `a ball is round`() {
        let vertices = SmoothedMesh.vertices(of: corners(ShapeMesh.sphere))
        let points = stride(from: 0, to: vertices.count, by: 6).map { at in
            Vector3(Double(vertices[at]), Double(vertices[at + 1]), Double(vertices[at + 2]))
        }
        // Faces are 11 degrees apart; smoothed normals are off by a fraction of that.
        for (point, normal) in zip(points, normals(vertices)) {
            #expect(normal.dot(point) > 0.995)
        }
    }

    @Test func `triangles without an area are left out`() {
        let flat = [Vector3(0, 0, 0), Vector3(1, 0, 0), Vector3(2, 0, 0)]
        let face = [Vector3(0, 0, 0), Vector3(1, 0, 0), Vector3(0, 1, 0)]
        let vertices = SmoothedMesh.vertices(of: flat + face)
        #expect(vertices.count == 18)
        #expect(normals(vertices) == [Vector3](repeating: Vector3(0, 0, 1), count: 3))
    }
}
