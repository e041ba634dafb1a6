public import Spatial

/// A coloured shape in the world, as cameras see it.
public struct Visual: Equatable, Sendable, BitwiseCopyable {
    /// The shape, in its own frame.
    public var shape: Primitive
    /// Where the shape is.
    public var worldFromShape: Pose
    /// Red, green and blue in `0...1`.
    public var color: SIMD3<Float>
    /// The segment written where the shape is seen, below ``RayCaster/noSegment``.
    public var segment: UInt16

    /// Creates a visual.
    public init(
        shape: Primitive,
        worldFromShape: Pose,
        color: SIMD3<Float>,
        segment: UInt16
    ) {
        self.shape = shape
        self.worldFromShape = worldFromShape
        self.color = color
        self.segment = segment
    }
}
