import Foundation
public import Sensing
public import Spatial

/// A camera that turns about a point that it looks at; the world's `z` stays upright.
public struct OrbitCamera: Equatable, Sendable {
    /// The point in the middle of the picture, in metres.
    public private(set) var pivot: Vector3
    /// From the pivot to the eye, in metres.
    public private(set) var distance: Double
    /// Where the eye is seen from the pivot: the turn about `z` from `x`, in radians.
    public private(set) var azimuth: Double
    /// The height of the eye over the pivot's level, in radians.
    public private(set) var elevation: Double
    /// How much of the world is seen from top to bottom, in radians.
    public let verticalFieldOfView = 45 * Double.pi / 180

    private static let elevations = -1.5...1.5
    private static let distances = 0.05...20.0
    /// Radians for a drag across the whole window.
    private static let turn = 2 * Double.pi

    /// A camera at a place from which most tables can be seen.
    public init(
        pivot: Vector3 = Vector3(0.45, 0, 0.1),
        distance: Double = 1.4,
        azimuth: Double = 0.6,
        elevation: Double = 0.5
    ) {
        self.pivot = pivot
        self.distance = min(max(distance, Self.distances.lowerBound), Self.distances.upperBound)
        self.azimuth = azimuth
        self.elevation = min(
            max(elevation, Self.elevations.lowerBound),
            Self.elevations.upperBound
        )
    }

    /// The view of a task's camera from a little further away.
    ///
    /// The pivot is where its axis comes within 10 cm above the ground, at most 3 m away.
    public init(_ camera: Camera) {
        let eye = camera.worldFromCamera.translation
        let forward = camera.worldFromCamera.rotation(Vector3(0, 0, 1))
        let down = (0.1 - eye.z) / forward.z
        let reach = down.isFinite && down > 0.2 ? min(down, 3) : 1
        let back = -forward
        self.init(
            pivot: eye + forward * reach,
            distance: reach * 1.55,
            azimuth: atan2(back.y, back.x),
            elevation: asin(min(max(back.z, -1), 1))
        )
    }

    /// From the pivot to the eye, of length 1.
    private var outward: Vector3 {
        Vector3(
            cos(elevation) * cos(azimuth),
            cos(elevation) * sin(azimuth),
            sin(elevation)
        )
    }

    /// Where the eye is, in metres.
    public var eye: Vector3 { pivot + outward * distance }

    /// Maps the world to OpenGL's clip space.
    func clipFromWorld(aspect: Double) -> Matrix4 {
        Matrix4.perspective(
            verticalFieldOfView: verticalFieldOfView,
            aspect: aspect,
            near: max(0.01, distance * 0.02),
            far: distance + 30
        ) * Matrix4.eyeFromWorld(eye: eye, target: pivot, up: Vector3(0, 0, 1))
    }

    /// Turns about the pivot by a drag, in parts of the window's height.
    mutating func orbit(_ dx: Double, _ dy: Double) {
        azimuth -= dx * Self.turn
        elevation = min(
            max(elevation + dy * Self.turn / 2, Self.elevations.lowerBound),
            Self.elevations.upperBound
        )
    }

    /// Moves the pivot with a drag, in parts of the window's height.
    mutating func pan(_ dx: Double, _ dy: Double) {
        let right = Vector3(-sin(azimuth), cos(azimuth), 0)
        let up = outward.cross(right)
        let span = 2 * distance * tan(verticalFieldOfView / 2)
        pivot += up * (dy * span) - right * (dx * span)
    }

    /// Comes nearer by turns of the wheel; negative goes away.
    mutating func zoom(_ turns: Double) {
        distance = min(
            max(distance * pow(0.9, turns), Self.distances.lowerBound),
            Self.distances.upperBound
        )
    }

    /// The world's horizontal axis that points most nearly into the picture.
    var forwardAxis: Vector3 {
        let quarter = (azimuth / (.pi / 2)).rounded() * (.pi / 2)
        return Vector3(-cos(quarter).rounded(), -sin(quarter).rounded(), 0)
    }

    /// The world's horizontal axis to the right of ``forwardAxis``.
    var rightAxis: Vector3 { forwardAxis.cross(Vector3(0, 0, 1)) }
}
