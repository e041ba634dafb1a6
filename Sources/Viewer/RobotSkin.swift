public import Diagnostics
public import Robots
public import Spatial

/// A robot's meshes for the viewer, where its URDF has any, and which primitives give way to them.
///
/// Read once, before the first picture; the same for all that follow.
public struct RobotSkin: Sendable {
    /// One mesh.
    struct Piece: Sendable {
        /// The index in ``ViewFrame/frames`` of what it is fixed to; nil for the base.
        var frame: Int?
        /// Where it lies in that frame; for the base, in the world.
        var frameFromMesh: Pose
        /// Red, green and blue in `0...1`.
        var color: SIMD3<Float>
        /// Triangles: position and normal, six floats a corner.
        var vertices: [Float]
    }

    let pieces: [Piece]
    /// For each of the robot's visuals, which come first in a frame's, whether it is left out.
    private let hidden: [Bool]

    /// No meshes: everything is drawn as cameras see it.
    public static let none = RobotSkin()

    init(pieces: [Piece] = [], hidden: [Bool] = []) {
        self.pieces = pieces
        self.hidden = hidden
    }

    /// Reads a robot's meshes.
    ///
    /// - Throws: ``Diagnostics/InputError`` that names a file that cannot be read.
    public init(robot: RobotModel, worldFromBase: Pose) throws(InputError) {
        var pieces: [Piece] = []
        let bodies: [(frame: Int?, body: RobotBody)] =
            [(nil, robot.base)]
            // The tool's frame comes first.
            + robot.links.enumerated().map { ($0.offset + 1, $0.element.body) }
        for (frame, body) in bodies {
            for mesh in body.meshes {
                let placed = mesh.linkFromMesh
                pieces.append(
                    Piece(
                        frame: frame,
                        frameFromMesh: frame == nil ? worldFromBase * placed : placed,
                        color: mesh.colour,
                        vertices: SmoothedMesh.vertices(of: try mesh.triangles())
                    )
                )
            }
        }
        self.pieces = pieces
        hidden = bodies.flatMap { $0.body.visuals.map(\.standsForMesh) }
    }

    /// Whether the visual of this index in a frame is left out.
    func hides(_ index: Int) -> Bool { index < hidden.count && hidden[index] }

    /// Where a piece is in the world; nil where the frame does not say.
    func worldFromMesh(_ piece: Piece, in frame: ViewFrame) -> Pose? {
        guard let index = piece.frame else { return piece.frameFromMesh }
        guard frame.frames.indices.contains(index) else { return nil }
        return frame.frames[index] * piece.frameFromMesh
    }
}
