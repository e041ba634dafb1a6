/// A fixed number of points in the world frame, preallocated and refilled in place.
public struct PointCloud: Sendable {
    /// Coordinates in metres, shape `[capacity, 3]`, row-major, in the world frame.
    public var coordinates: [Float]
    /// How many of the points are distinct; the rest repeat them, never zeros.
    public var distinct: Int
    /// When the depth image behind the cloud was taken, since the episode's start.
    public var capturedAt: TimeSpan

    /// The number of points.
    public var capacity: Int { coordinates.count / 3 }

    /// Creates a cloud of `capacity` points, all at the origin until first filled.
    public init(capacity: Int) {
        coordinates = [Float](repeating: 0, count: capacity * 3)
        distinct = 0
        capturedAt = .zero
    }

    /// Copies another cloud of the same capacity, without allocation.
    mutating func copy(_ other: PointCloud) {
        coordinates.withUnsafeMutableBufferPointer {
            _ = $0.update(fromContentsOf: other.coordinates)
        }
        distinct = other.distinct
        capturedAt = other.capturedAt
    }
}
