public import Diagnostics
public import Spatial

/// A mesh file that the URDF shows a link by: for people alone, so read when one looks.
///
/// Contact has hulls and cameras have primitives; neither needs the triangles.
public struct LinkMesh: Equatable, Sendable {
    /// The file.
    public var path: String
    /// The file's unit in metres, along its axes.
    public var scale: Vector3
    /// The mesh's frame in the link's.
    public var linkFromMesh: Pose
    /// Red, green and blue in `0...1`.
    public var colour: SIMD3<Float>

    /// The corners of its triangles, three each, in its own frame in metres.
    ///
    /// - Throws: ``Diagnostics/InputError`` for a file that is not what its extension says.
    public func triangles() throws(InputError) -> [Vector3] {
        try MeshFile(path: path).triangles().map { $0 * scale }
    }
}
