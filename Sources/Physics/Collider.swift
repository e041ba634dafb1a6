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
