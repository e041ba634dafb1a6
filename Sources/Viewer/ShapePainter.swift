import CGLFW
import Sensing
import Spatial

/// Draws the primitives that the ray caster knows, from a few unit meshes.
final class ShapePainter {
    private let box: VertexBuffer
    private let sphere: VertexBuffer
    private let tube: VertexBuffer
    private let discs: VertexBuffer
    private let square: VertexBuffer

    init() {
        func buffer(_ mesh: [Float]) -> VertexBuffer {
            let buffer = VertexBuffer(layout: [3, 3], isStatic: true)
            buffer.fill(mesh)
            return buffer
        }
        box = buffer(ShapeMesh.box)
        sphere = buffer(ShapeMesh.sphere)
        tube = buffer(ShapeMesh.tube)
        discs = buffer(ShapeMesh.discs)
        square = buffer(ShapeMesh.square)
    }

    /// Draws a shape with the program in use, which has ``ShapeShaders/vertex``.
    func draw(_ shape: Primitive, at worldFromShape: Pose, with program: ShaderProgram) {
        switch shape {
        case .box(let halfExtents):
            draw(box, at: worldFromShape, scale: halfExtents, with: program)
        case .sphere(let radius):
            draw(sphere, at: worldFromShape, scale: Vector3(repeating: radius), with: program)
        case .cylinder(let radius, let halfLength):
            let scale = Vector3(radius, radius, halfLength)
            draw(tube, at: worldFromShape, scale: scale, with: program)
            draw(discs, at: worldFromShape, scale: scale, with: program)
        case .capsule(let radius, let halfLength):
            let scale = Vector3(radius, radius, max(halfLength, 1e-6))
            draw(tube, at: worldFromShape, scale: scale, with: program)
            for end in [-halfLength, halfLength] {
                let cap = worldFromShape * Pose(translation: Vector3(0, 0, end))
                draw(sphere, at: cap, scale: Vector3(repeating: radius), with: program)
            }
        case .plane:
            let scale = Vector3(Self.planeReach, Self.planeReach, 1)
            draw(square, at: worldFromShape, scale: scale, with: program)
        }
    }

    /// How far a plane is drawn, in metres; it has faded away by then.
    private static let planeReach = 20.0

    private func draw(
        _ mesh: VertexBuffer,
        at worldFromShape: Pose,
        scale: Vector3,
        with program: ShaderProgram
    ) {
        program.set("translation", SIMD3<Float>(worldFromShape.translation))
        program.set("rotation", SIMD4<Float>(worldFromShape.rotation.quaternion))
        program.set("scale", SIMD3<Float>(scale))
        mesh.draw(CG_TRIANGLES)
    }
}
