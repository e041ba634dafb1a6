public import Spatial

/// Something that a place is fixed to, so that it moves along.
public enum SceneFrame: Equatable, Sendable {
    /// The world.
    case world
    /// The robot's tool frame.
    case tool
    /// The declared goal, with the world's axes.
    case goal
    /// The object of this index in the scene.
    case object(Int)
    /// A link of the fixture of this index; its base for nil.
    case fixture(Int, link: Int?)
}

/// A point that conditions speak of: an origin, or a named point fixed to something.
public struct Place: Equatable, Sendable {
    /// What it is fixed to.
    public var frame: SceneFrame
    /// Where it is in that frame, in metres.
    public var offset = Vector3.zero

    /// The tool frame's origin.
    public static let tool = Place(frame: .tool)
    /// The declared goal.
    public static let goal = Place(frame: .goal)
    /// The origin of the object of this index.
    public static func object(_ index: Int) -> Place { Place(frame: .object(index)) }

    /// The object that it belongs to.
    var object: Int? {
        if case .object(let index) = frame { index } else { nil }
    }
}

/// A box fixed to something, with that frame's axes.
public struct BoxPlace: Equatable, Sendable {
    /// Its centre.
    public var centre: Place
    /// Half its sides, in metres.
    public var halfExtents: Vector3
}

/// A point or box that a task file names.
public struct NamedPlace: Equatable, Sendable {
    /// Its name.
    public var name: String
    /// The point, or the box's centre.
    public var centre: Place
    /// Half the box's sides in metres; nil for a point.
    public var halfExtents: Vector3?
}
