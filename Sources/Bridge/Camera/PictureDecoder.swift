internal import CCamera
public import Diagnostics
internal import Foundation

/// How a camera hands its pictures over.
public enum PictureFormat: Sendable, CaseIterable {
    /// A JPEG each.
    case mjpeg
    /// Two pixels in four bytes, BT.601.
    case yuyv
}

/// Why a picture cannot be used.
public enum PictureError: Error, Equatable, Sendable {
    /// Bytes that are no whole picture.
    case broken
    /// A picture of another size than the camera was set to.
    case otherSize
}

/// Makes a task's picture of a camera's: decodes, cuts to the task's shape, and averages.
///
/// All memory is taken once. The middle of the camera's picture is kept, as wide or as high as the task's
/// shape allows; each pixel is the mean of those that it covers.
public final class PictureDecoder {
    /// The camera's picture in pixels.
    public let source: (width: Int, height: Int)
    /// The task's picture in pixels.
    public let target: (width: Int, height: Int)
    private let pixels: UnsafeMutableBufferPointer<UInt8>
    /// What part of the camera's picture is kept.
    private let cut: (x: Int, y: Int, width: Int, height: Int)

    /// The longest side of a picture in pixels.
    public static let longestSide = 4096

    /// - Throws: ``Diagnostics/InputError`` for a side outside `1...4096`, and for a camera's picture
    ///   that is smaller than the task's.
    public init(
        source: (width: Int, height: Int),
        target: (width: Int, height: Int)
    ) throws(InputError) {
        let sides = [source.width, source.height, target.width, target.height]
        guard sides.allSatisfy({ (1...Self.longestSide).contains($0) }),
            source.width >= target.width, source.height >= target.height
        else {
            throw InputError(
                expected:
                    "a camera's picture of \(target.width) by \(target.height) pixels or more",
                found: "\(source.width) by \(source.height)"
            )
        }
        self.source = source
        self.target = target
        var (width, height) = source
        if width * target.height > target.width * height {
            width = max(target.width, height * target.width / target.height)
        } else {
            height = max(target.height, width * target.height / target.width)
        }
        cut = ((source.width - width) / 2, (source.height - height) / 2, width, height)
        pixels = .allocate(capacity: source.width * source.height * 3)
        pixels.initialize(repeating: 0)
    }

    deinit { pixels.deallocate() }

    /// Decodes a picture.
    ///
    /// - Parameters:
    ///   - bytes: The camera's bytes.
    ///   - format: What they are.
    ///   - rgb: Receives the task's picture, `[height, width, 3]`.
    public func decode(
        _ bytes: UnsafeBufferPointer<UInt8>,
        _ format: PictureFormat,
        into rgb: UnsafeMutableBufferPointer<UInt8>
    ) throws(PictureError) {
        precondition(rgb.count == target.width * target.height * 3, "room for the task's picture")
        let (width, height) = (UInt32(source.width), UInt32(source.height))
        let status =
            switch format {
            case .mjpeg:
                cc_decode_jpeg(bytes.baseAddress, bytes.count, width, height, pixels.baseAddress)
            case .yuyv:
                cc_decode_yuyv(bytes.baseAddress, bytes.count, width, height, pixels.baseAddress)
            }
        if status == -ERANGE { throw .otherSize }
        guard status == 0 else { throw .broken }
        average(into: rgb)
    }

    private func average(into rgb: UnsafeMutableBufferPointer<UInt8>) {
        for row in 0..<target.height {
            let top = cut.y + row * cut.height / target.height
            let bottom = cut.y + (row + 1) * cut.height / target.height
            for column in 0..<target.width {
                let left = cut.x + column * cut.width / target.width
                let right = cut.x + (column + 1) * cut.width / target.width
                var sum = SIMD4<UInt32>.zero
                for y in top..<bottom {
                    for x in left..<right {
                        let at = (y * source.width + x) * 3
                        sum &+= SIMD4(
                            UInt32(pixels[at]),
                            UInt32(pixels[at + 1]),
                            UInt32(pixels[at + 2]),
                            1
                        )
                    }
                }
                let out = (row * target.width + column) * 3
                for channel in 0..<3 {
                    rgb[out + channel] = UInt8((sum[channel] + sum[3] / 2) / sum[3])
                }
            }
        }
    }
}
