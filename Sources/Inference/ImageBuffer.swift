/// A picture of feature vectors at a fixed address, shape `[height, width, channels]`.
///
/// Row-major with the channels innermost, so that its pixels are also a sequence of
/// `height * width` tokens.
public final class ImageBuffer {
    /// Rows of pixels.
    public let height: Int
    /// Pixels of a row.
    public let width: Int
    /// Numbers of a pixel.
    public let channels: Int
    private let storage: FloatBuffer

    /// Allocates zeros.
    public init(height: Int, width: Int, channels: Int) {
        (self.height, self.width, self.channels) = (height, width, channels)
        storage = FloatBuffer(count: height * width * channels)
    }

    /// The first number.
    public var base: UnsafeMutablePointer<Float> { storage.base }

    /// All numbers.
    public var values: UnsafeMutableBufferPointer<Float> { storage.values }

    /// The number of pixels.
    public var pixels: Int { height * width }
}
