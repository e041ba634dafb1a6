/// One number per joint: a fixed-capacity vector that lives on the stack.
///
/// Unused lanes are 0, so equality and arithmetic of whole vectors are well defined.
public struct JointVector: Equatable, Sendable, BitwiseCopyable {
    /// The largest number of joints.
    public static let capacity = 16

    /// All lanes; those from ``count`` up are 0.
    public private(set) var storage: SIMD16<Double>
    /// How many joints there are.
    public let count: Int

    /// Creates a vector of `count` equal numbers.
    public init(repeating value: Double = 0, count: Int) {
        precondition((0...Self.capacity).contains(count))
        self.count = count
        storage = .zero
        for i in 0..<count { storage[i] = value }
    }

    /// Creates a vector from at most 16 numbers.
    public init(_ values: some Collection<Double>) {
        self.init(count: values.count)
        for (i, value) in values.enumerated() { storage[i] = value }
    }

    /// The number of joint `index`.
    public subscript(index: Int) -> Double {
        @inline(__always)
        get {
            precondition(index >= 0 && index < count)
            return storage[index]
        }
        @inline(__always)
        set {
            precondition(index >= 0 && index < count)
            storage[index] = newValue
        }
    }

    /// The joint numbers `0..<count`.
    public var indices: Range<Int> { 0..<count }

    /// The numbers as an array; allocates.
    public var values: [Double] { indices.map { storage[$0] } }

    /// Whether every number is finite.
    public var isFinite: Bool {
        for i in indices where !storage[i].isFinite { return false }
        return true
    }

    /// Every number bounded by the same lane of `lower` and `upper`.
    public func clamped(lower: JointVector, upper: JointVector) -> JointVector {
        precondition(lower.count == count && upper.count == count)
        var out = self
        out.storage = pointwiseMin(pointwiseMax(storage, lower.storage), upper.storage)
        return out
    }

    /// The vector `fraction` of the way from `self` to `other`; exact at 0 and at 1.
    public func interpolated(to other: JointVector, fraction: Double) -> JointVector {
        precondition(other.count == count)
        var out = self
        out.storage = storage * (1 - fraction) + other.storage * fraction
        return out
    }

    /// Reads the numbers as `count` contiguous doubles.
    @inline(__always)
    func withPointer<Result>(_ body: (UnsafePointer<Double>) -> Result) -> Result {
        withUnsafeBytes(of: storage) { bytes in
            withExtendedLifetime(bytes) {
                body(bytes.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: Double.self))
            }
        }
    }

    /// Changes the numbers as `count` contiguous doubles.
    @inline(__always)
    mutating func withMutablePointer<Result>(
        _ body: (UnsafeMutablePointer<Double>) -> Result
    ) -> Result {
        withUnsafeMutableBytes(of: &storage) { bytes in
            body(bytes.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: Double.self))
        }
    }
}
