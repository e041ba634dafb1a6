import CGLFW
import Spatial

/// Draws a robot's meshes.
final class SkinPainter {
    let skin: RobotSkin
    private let buffers: [VertexBuffer]

    init(_ skin: RobotSkin) {
        self.skin = skin
        buffers = skin.pieces.map { piece in
            let buffer = VertexBuffer(layout: [3, 3], isStatic: true)
            buffer.fill(piece.vertices)
            return buffer
        }
    }

    /// Draws with the program in use, which has ``ShapeShaders/vertex``.
    ///
    /// - Parameter isColoured: Whether the program wants colours.
    func draw(_ frame: ViewFrame, with program: ShaderProgram, isColoured: Bool) {
        // Which way round a file lists its corners cannot be relied on.
        cgDisable(CG_CULL_FACE)
        for (piece, buffer) in zip(skin.pieces, buffers) {
            guard let pose = skin.worldFromMesh(piece, in: frame) else { continue }
            if isColoured { program.set("color", piece.color) }
            program.set("translation", SIMD3<Float>(pose.translation))
            program.set("rotation", SIMD4<Float>(pose.rotation.quaternion))
            program.set("scale", SIMD3<Float>(1, 1, 1))
            buffer.draw(CG_TRIANGLES)
        }
        cgEnable(CG_CULL_FACE)
    }
}
