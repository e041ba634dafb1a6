/// Red, green and blue bytes, `[height, width, 3]`, from the upper left corner.
public struct Picture: Equatable, Sendable {
    /// Pixels across.
    public let width: Int
    /// Pixels down.
    public let height: Int
    /// The bytes, row-major.
    public var rgb: [UInt8]

    /// A black picture.
    public init(width: Int, height: Int) {
        self.width = width
        self.height = height
        rgb = [UInt8](repeating: 0, count: width * height * 3)
    }

    /// The colour of a pixel, counted from the upper left corner.
    public subscript(x: Int, y: Int) -> SIMD3<UInt8> {
        let at = (y * width + x) * 3
        return SIMD3(rgb[at], rgb[at + 1], rgb[at + 2])
    }
}
