import Foundation

/// A rotation in three dimensions, stored as a unit quaternion.
///
/// `(x, y, z)` is the vector part and `w` the scalar part. `q` and `-q` are the same rotation.
public struct Rotation: Equatable, Sendable, BitwiseCopyable {
    /// The quaternion `(x, y, z, w)`, of norm 1.
    public let quaternion: SIMD4<Double>

    /// No rotation.
    public static let identity = Rotation(unit: SIMD4(0, 0, 0, 1))

    @inlinable
    init(unit quaternion: SIMD4<Double>) {
        self.quaternion = quaternion
    }

    /// Creates a rotation from quaternion components, normalising them.
    ///
    /// A zero or non-finite quaternion has no direction and gives the identity.
    public init(x: Double, y: Double, z: Double, w: Double) {
        let raw = SIMD4(x, y, z, w)
        let norm = (raw * raw).sum().squareRoot()
        self.init(unit: norm > 0 && norm.isFinite ? raw / norm : SIMD4(0, 0, 0, 1))
    }

    /// The exponential map: a rotation by `|vector|` radians about `vector`.
    public init(rotationVector vector: Vector3) {
        let angle = vector.length
        guard angle > 1e-12 else {
            self.init(x: vector.x / 2, y: vector.y / 2, z: vector.z / 2, w: 1)
            return
        }
        let axis = vector * (sin(angle / 2) / angle)
        self.init(x: axis.x, y: axis.y, z: axis.z, w: cos(angle / 2))
    }

    /// A rotation by `angle` radians about the unit vector `axis`.
    public init(axis: Vector3, angle: Double) {
        self.init(rotationVector: axis * angle)
    }

    /// Fixed-axis angles as URDF has them: `Rz(yaw) · Ry(pitch) · Rx(roll)`, in radians.
    public init(roll: Double, pitch: Double, yaw: Double) {
        self =
            Rotation(axis: Vector3(0, 0, 1), angle: yaw)
            * Rotation(axis: Vector3(0, 1, 0), angle: pitch)
            * Rotation(axis: Vector3(1, 0, 0), angle: roll)
    }

    /// The logarithm: the rotation vector in radians, of length in `[0, π]`.
    public var rotationVector: Vector3 {
        let q = quaternion.w < 0 ? -quaternion : quaternion
        let vector = Vector3(q.x, q.y, q.z)
        let norm = vector.length
        guard norm > 1e-12 else { return vector * 2 }
        return vector * (2 * atan2(norm, q.w) / norm)
    }

    /// The inverse rotation.
    @inlinable public var inverse: Rotation {
        Rotation(unit: SIMD4(-quaternion.x, -quaternion.y, -quaternion.z, quaternion.w))
    }

    /// Rotates a vector.
    @inlinable
    public func callAsFunction(_ vector: Vector3) -> Vector3 {
        let u = Vector3(quaternion.x, quaternion.y, quaternion.z)
        let t = u.cross(vector) * 2
        return vector + t * quaternion.w + u.cross(t)
    }

    /// Composition: `(a * b)(v) == a(b(v))`.
    public static func * (a: Rotation, b: Rotation) -> Rotation {
        let p = a.quaternion
        let q = b.quaternion
        return Rotation(
            x: p.w * q.x + p.x * q.w + p.y * q.z - p.z * q.y,
            y: p.w * q.y - p.x * q.z + p.y * q.w + p.z * q.x,
            z: p.w * q.z + p.x * q.y - p.y * q.x + p.z * q.w,
            w: p.w * q.w - p.x * q.x - p.y * q.y - p.z * q.z
        )
    }

    /// The angle in radians, in `[0, π]`, of the rotation that takes `self` to `other`.
    public func angle(to other: Rotation) -> Double {
        (inverse * other).rotationVector.length
    }
}
