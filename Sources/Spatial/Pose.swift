/// A rigid transform.
///
/// Name it by its frames: `worldFromTool` maps tool coordinates to world ones.
///
/// Poses compose by matching inner names: `worldFromTool = worldFromBase * baseFromTool`.
public struct Pose: Equatable, Sendable, BitwiseCopyable {
    /// The rotation part.
    public var rotation: Rotation
    /// The translation part, in metres.
    public var translation: Vector3

    /// The transform that changes nothing.
    public static let identity = Pose(rotation: .identity, translation: .zero)

    /// Creates a pose from its parts; `translation` in metres.
    public init(rotation: Rotation = .identity, translation: Vector3 = .zero) {
        self.rotation = rotation
        self.translation = translation
    }

    /// The inverse transform: `worldFromTool.inverse` is `toolFromWorld`.
    public var inverse: Pose {
        let back = rotation.inverse
        return Pose(rotation: back, translation: -back(translation))
    }

    /// Maps a point from the inner frame to the outer one.
    @inlinable
    public func callAsFunction(_ point: Vector3) -> Vector3 {
        rotation(point) + translation
    }

    /// Composition: `(a * b)(p) == a(b(p))`.
    public static func * (a: Pose, b: Pose) -> Pose {
        Pose(rotation: a.rotation * b.rotation, translation: a(b.translation))
    }

    /// Whether no component is NaN or infinite.
    public var isFinite: Bool {
        let q = rotation.quaternion
        return translation.isFinite && q.x.isFinite && q.y.isFinite && q.z.isFinite && q.w.isFinite
    }
}
