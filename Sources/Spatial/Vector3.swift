/// A vector or point in three dimensions, in metres unless its name says otherwise.
public typealias Vector3 = SIMD3<Double>

extension SIMD3 where Scalar == Double {
    /// The scalar product with `other`.
    @inlinable
    public func dot(_ other: Self) -> Double {
        x * other.x + y * other.y + z * other.z
    }

    /// The vector product `self × other`, right-handed.
    @inlinable
    public func cross(_ other: Self) -> Self {
        Self(
            y * other.z - z * other.y,
            z * other.x - x * other.z,
            x * other.y - y * other.x
        )
    }

    /// The Euclidean norm.
    @inlinable public var length: Double { dot(self).squareRoot() }

    /// Whether no component is NaN or infinite.
    @inlinable public var isFinite: Bool { x.isFinite && y.isFinite && z.isFinite }

    /// The vector scaled down to `limit` if it is longer.
    @inlinable
    public func limited(to limit: Double) -> Self {
        let norm = length
        return norm > limit && norm > 0 ? self * (limit / norm) : self
    }
}
