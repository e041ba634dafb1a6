public import Spatial

/// A scene that people can look at: what cameras see, and what a viewer may draw beside it.
///
/// Read between ticks, into memory that is used again, so that nothing is allocated once the
/// arrays have their size. Policies never see any of it.
public protocol ViewedScene {
    /// The declared goal in the world; nil without one.
    var goal: Vector3? { get }

    /// Copies everything visible, in an order that lasts as long as the scene.
    mutating func readVisuals(into visuals: inout [Visual])

    /// Copies frames in the world: the tool's first, then the links' and the objects'.
    mutating func readFrames(into frames: inout [Pose])

    /// Copies where things touch, and returns how many marks were written.
    mutating func readContacts(into contacts: UnsafeMutableBufferPointer<ContactMark>) -> Int
}

/// A place where two things touch.
public struct ContactMark: Equatable, Sendable, BitwiseCopyable {
    /// The deepest point, in the world.
    public var position: Vector3
    /// The unit normal, in the world.
    public var normal: Vector3
    /// The normal force in newtons.
    public var force: Double

    /// Creates a mark.
    public init(position: Vector3, normal: Vector3, force: Double) {
        self.position = position
        self.normal = normal
        self.force = force
    }
}
