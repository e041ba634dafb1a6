public import Diagnostics
public import Spatial

/// The part of the world that clouds are cropped to: an axis-aligned box in the world frame.
public struct WorkspaceBox: Equatable, Sendable, BitwiseCopyable {
    /// The least corner in metres.
    public let minimum: Vector3
    /// The greatest corner in metres; points on the boundary are inside.
    public let maximum: Vector3

    /// Creates a box.
    ///
    /// - Throws: ``InputError`` unless each `minimum` is below its `maximum` and both lie within
    ///   1 km of the origin.
    public init(minimum: Vector3, maximum: Vector3) throws(InputError) {
        let far = Vector3(repeating: 1e3)
        guard all(minimum .< maximum), all(minimum .>= -far), all(maximum .<= far) else {
            throw InputError(
                key: "workspace",
                expected: "min below max on each axis, within 1000 m",
                found: "min \(minimum), max \(maximum)"
            )
        }
        self.minimum = minimum
        self.maximum = maximum
    }

    /// The middle of the box in metres.
    public var centre: Vector3 { (minimum + maximum) / 2 }
}
