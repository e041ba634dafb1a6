public import Diagnostics
import Foundation

/// The pinhole model of a camera, in pixels.
///
/// Pixel `(u, v)` is a unit square with its centre at `(u + 0.5, v + 0.5)`; `u` runs right and
/// `v` down from the top left corner of the picture.
public struct Intrinsics: Equatable, Sendable, BitwiseCopyable {
    /// The horizontal focal length in pixels.
    public let fx: Double
    /// The vertical focal length in pixels.
    public let fy: Double
    /// The principal point's `u` in pixels.
    public let cx: Double
    /// The principal point's `v` in pixels.
    public let cy: Double
    /// Width in pixels.
    public let width: Int
    /// Height in pixels.
    public let height: Int

    /// The longest side of a picture in pixels.
    public static let longestSide = 4096

    /// The number of pixels.
    public var pixelCount: Int { width * height }

    /// Creates intrinsics from focal lengths and principal point.
    ///
    /// - Throws: ``InputError`` for a side outside `1...4096`, a focal length that is not positive,
    ///   or a number that is not finite.
    public init(
        fx: Double,
        fy: Double,
        cx: Double,
        cy: Double,
        width: Int,
        height: Int
    ) throws(InputError) {
        for (key, side) in [("width", width), ("height", height)] {
            guard (1...Self.longestSide).contains(side) else {
                throw InputError(
                    key: key,
                    expected: "1 to \(Self.longestSide) pixels",
                    found: "\(side)"
                )
            }
        }
        for (key, focal) in [("fx", fx), ("fy", fy)] {
            guard focal >= 1e-3, focal <= 1e7 else {
                throw InputError(
                    key: key,
                    expected: "a focal length of 1e-3 to 1e7 pixels",
                    found: "\(focal)"
                )
            }
        }
        for (key, centre) in [("cx", cx), ("cy", cy)] {
            guard abs(centre) <= 1e6 else {
                throw InputError(
                    key: key,
                    expected: "a principal point within 1e6 pixels",
                    found: "\(centre)"
                )
            }
        }
        self.fx = fx
        self.fy = fy
        self.cx = cx
        self.cy = cy
        self.width = width
        self.height = height
    }

    /// Creates intrinsics with square pixels and the principal point in the middle.
    ///
    /// - Parameters:
    ///   - verticalFieldOfView: The angle between the upper and the lower edge in radians, inside
    ///     `(0, π)`.
    ///   - width: Width in pixels.
    ///   - height: Height in pixels.
    /// - Throws: ``InputError`` for an angle or a side out of range.
    public init(
        verticalFieldOfView: Double,
        width: Int,
        height: Int
    ) throws(InputError) {
        guard verticalFieldOfView > 0, verticalFieldOfView < .pi else {
            throw InputError(
                key: "vertical field of view",
                expected: "an angle between 0 and π radians",
                found: "\(verticalFieldOfView)"
            )
        }
        let focal = Double(height) / (2 * tan(verticalFieldOfView / 2))
        try self.init(
            fx: focal,
            fy: focal,
            cx: Double(width) / 2,
            cy: Double(height) / 2,
            width: width,
            height: height
        )
    }
}
