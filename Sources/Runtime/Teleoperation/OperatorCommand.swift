/// What a person asks of the tool for the moment: directions and the gripper.
public struct OperatorCommand: Equatable, Sendable, BitwiseCopyable {
    /// The tool's motion along the world's axes, each in `-1...1` of the operator's speed.
    public var linear: SIMD3<Float>
    /// The tool's turning about the world's axes, each in `-1...1`.
    public var angular: SIMD3<Float>
    /// Whether the gripper is to be closed.
    public var closesGripper: Bool

    /// Creates a command; by default the tool rests with an open gripper.
    public init(
        linear: SIMD3<Float> = .zero,
        angular: SIMD3<Float> = .zero,
        closesGripper: Bool = false
    ) {
        self.linear = linear
        self.angular = angular
        self.closesGripper = closesGripper
    }

    /// Whether anything but rest with an open gripper is asked for.
    public var isActive: Bool { linear != .zero || angular != .zero || closesGripper }
}

extension OperatorCommand {
    private static let steps: Float = 127

    /// The motion as six numbers of a byte each: what one atomic can carry.
    ///
    /// Numbers outside `-1...1` are bounded, those that are not finite are 0.
    var packedMotion: UInt64 {
        var bits: UInt64 = 0
        for axis in 0..<6 {
            let number = axis < 3 ? linear[axis] : angular[axis - 3]
            let bounded = number.isFinite ? min(max(number, -1), 1) : 0
            let byte = UInt8(bitPattern: Int8((bounded * Self.steps).rounded()))
            bits |= UInt64(byte) << (8 * axis)
        }
        return bits
    }

    init(packedMotion bits: UInt64, closesGripper: Bool) {
        self.init(closesGripper: closesGripper)
        for axis in 0..<6 {
            let byte = Int8(bitPattern: UInt8(truncatingIfNeeded: bits >> (8 * axis)))
            let number = Float(byte) / Self.steps
            if axis < 3 { linear[axis] = number } else { angular[axis - 3] = number }
        }
    }
}
