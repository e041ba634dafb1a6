/// One picture of one camera, preallocated and refilled in place.
public struct CameraFrame: Sendable {
    /// The camera's name in the task file.
    public let name: String
    /// Width in pixels.
    public let width: Int
    /// Height in pixels.
    public let height: Int
    /// Colours, shape `[height, width, 3]`, row-major from the top left, `0...255`.
    public var rgb: [UInt8]
    /// Distance along the optical axis in metres, shape `[height, width]`; 0 where nothing was hit.
    public var depth: [Float]
    /// When the picture was taken, since the episode's start.
    public var capturedAt: TimeSpan

    /// Creates a black frame of the given size.
    public init(name: String, width: Int, height: Int) {
        self.name = name
        self.width = width
        self.height = height
        rgb = [UInt8](repeating: 0, count: width * height * 3)
        depth = [Float](repeating: 0, count: width * height)
        capturedAt = .zero
    }

    /// Copies another frame of the same size, without allocation.
    mutating func copy(_ other: CameraFrame) {
        rgb.withUnsafeMutableBufferPointer { _ = $0.update(fromContentsOf: other.rgb) }
        depth.withUnsafeMutableBufferPointer { _ = $0.update(fromContentsOf: other.depth) }
        capturedAt = other.capturedAt
    }
}
