/// Takes depth images out of a stream of bytes.
///
/// An image is 16 bytes and then its pixels, everything little-endian:
///
/// | bytes | what |
/// |---|---|
/// | 0 to 3 | `SRD1` |
/// | 4, 5 | width in pixels, 1 to 4096 |
/// | 6, 7 | height in pixels, 1 to 4096 |
/// | 8 to 15 | when it was captured, in nanoseconds of `CLOCK_MONOTONIC` |
/// | 16 … | `height · width` depths along the optical axis in millimetres, two bytes each, row by row from the top left; 0 where nothing was measured |
///
/// Nothing is taken for a size before it has been checked against the one that is expected, so no peer can
/// make it hold more than one image.
public struct DepthStream: Sendable {
    /// Why a stream cannot be read on.
    public enum Failure: Error, Equatable, Sendable {
        /// Bytes that begin no image.
        case notAnImage
        /// An image of another size.
        case otherSize(width: Int, height: Int)
    }

    /// Bytes before the pixels.
    public static let headerSize = 16

    /// Width of the images in pixels.
    public let width: Int
    /// Height of the images in pixels.
    public let height: Int
    /// Depths of the last whole image in metres, shape `[height, width]`.
    public private(set) var depth: [Float]
    /// When it was captured, in nanoseconds of the monotonic clock.
    public private(set) var capturedAt: Int64 = 0
    private var header: [UInt8] = []
    private var pixel = 0
    private var low: UInt8?

    /// A stream of images of one size, each side 1 to 4096 pixels.
    public init(width: Int, height: Int) {
        precondition((1...4096).contains(width) && (1...4096).contains(height))
        self.width = width
        self.height = height
        depth = [Float](repeating: 0, count: width * height)
        header.reserveCapacity(Self.headerSize)
    }

    /// Takes bytes in, up to the end of an image at most.
    ///
    /// - Parameters:
    ///   - bytes: What has come.
    ///   - isWhole: Receives whether ``depth`` is a whole image now.
    /// - Returns: How many bytes were taken; call again with the rest.
    public mutating func take(
        _ bytes: UnsafeBufferPointer<UInt8>,
        isWhole: inout Bool
    ) throws(Failure) -> Int {
        isWhole = false
        var taken = 0
        while taken < bytes.count {
            let byte = bytes[taken]
            taken += 1
            guard header.count == Self.headerSize else {
                header.append(byte)
                if header.count == Self.headerSize { try readHeader() }
                continue
            }
            guard let first = low else {
                low = byte
                continue
            }
            depth[pixel] = Float(UInt16(first) | UInt16(byte) << 8) * 1e-3
            low = nil
            pixel += 1
            if pixel == depth.count {
                header.removeAll(keepingCapacity: true)
                pixel = 0
                isWhole = true
                return taken
            }
        }
        return taken
    }

    private mutating func readHeader() throws(Failure) {
        guard header[..<4].elementsEqual("SRD1".utf8) else { throw .notAnImage }
        let size = (
            width: Int(header[4]) | Int(header[5]) << 8,
            height: Int(header[6]) | Int(header[7]) << 8
        )
        guard size == (width, height) else {
            throw .otherSize(width: size.width, height: size.height)
        }
        var time: UInt64 = 0
        for place in 0..<8 { time |= UInt64(header[8 + place]) << UInt64(8 * place) }
        capturedAt = Int64(clamping: time)
    }
}
