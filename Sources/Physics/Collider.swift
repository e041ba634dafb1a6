public import Spatial

/// A shape fixed to a link or body.
public struct Collider: Equatable, Sendable, BitwiseCopyable {
    /// The shape; a plane only as the single collider of a static body.
    public var shape: Primitive
    /// Where the shape sits in the frame of its link or body.
    public var linkFromShape: Pose

    /// Creates a collider.
    public init(shape: Primitive, linkFromShape: Pose = .identity) {
        self.shape = shape
        self.linkFromShape = linkFromShape
    }
}

/// A convex hull fixed to a link of a multibody.
public struct HullCollider: Equatable, Sendable {
    /// The most vertices.
    public static let vertexLimit = 256

    /// The hull's vertices, in its own frame; three to ``vertexLimit``.
    public var vertices: [Vector3]
    /// Where the hull sits in the frame of its link.
    public var linkFromShape: Pose

    /// Creates a collider.
    public init(vertices: [Vector3], linkFromShape: Pose = .identity) {
        self.vertices = vertices
        self.linkFromShape = linkFromShape
    }
}
