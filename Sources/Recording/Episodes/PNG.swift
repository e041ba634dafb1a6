import CPng

/// Pictures of 8-bit RGB as PNG, by libpng.
enum PNG {
    /// The most pixels that are decoded.
    private static let mostPixels = 64 << 20

    /// Compresses colours of shape `[height, width, 3]`; nil when libpng fails.
    static func encode(_ rgb: UnsafeRawBufferPointer, width: Int, height: Int) -> [UInt8]? {
        precondition(rgb.count == width * height * 3, "colours of the picture's size")
        guard let colors = rgb.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return nil }
        var size = cp_bound(UInt32(width), UInt32(height))
        var done: Int32 = 0
        let room = size
        let png = [UInt8](unsafeUninitializedCapacity: room) { out, count in
            done = cp_write_rgb(colors, UInt32(width), UInt32(height), out.baseAddress, &size)
            count = done == 1 ? size : 0
        }
        return done == 1 ? png : nil
    }

    /// Decodes a picture; nil for one that is damaged or too large.
    static func decode(_ png: [UInt8]) -> (width: Int, height: Int, rgb: [UInt8])? {
        var (width, height): (UInt32, UInt32) = (0, 0)
        guard cp_size(png, png.count, &width, &height) == 1,
            UInt64(width) * UInt64(height) <= UInt64(mostPixels)
        else { return nil }
        let count = Int(width) * Int(height) * 3
        var done: Int32 = 0
        let rgb = [UInt8](unsafeUninitializedCapacity: count) { out, filled in
            done = cp_read_rgb(png, png.count, out.baseAddress, count)
            filled = done == 1 ? count : 0
        }
        return done == 1 ? (Int(width), Int(height), rgb) : nil
    }
}
