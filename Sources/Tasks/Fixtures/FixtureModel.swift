public import Robots
public import Spatial

/// Something with joints that is fixed to the world: a drawer, a door, a button.
///
/// A tree of links, each of coloured primitives and carried by one joint, whose name is the
/// link's own. Joint positions are in radians or metres.
public struct FixtureModel: Equatable, Sendable {
    /// The part that never moves.
    public var base: FixtureBody
    /// The links, parents before children.
    public var links: [FixtureLink]
    /// The surface of every shape.
    public var material: SurfaceMaterial
}

/// Shapes and named places that move together.
public struct FixtureBody: Equatable, Sendable {
    /// The shapes, in the body's frame.
    public var parts: [SceneObject.Part]
    /// Named places on it.
    public var places: [FixturePlace]
}

/// A named point or box that moves with a body of a fixture: a handle, the inside of a drawer.
public struct FixturePlace: Equatable, Sendable {
    /// The name, unique in its fixture.
    public var name: String
    /// The point, or the box's centre, in the body's frame; metres.
    public var position: Vector3
    /// Half the box's sides along the body's axes; nil for a point.
    public var halfExtents: Vector3?
}

/// A movable body and the joint that carries it.
public struct FixtureLink: Equatable, Sendable {
    /// How a joint moves.
    public enum Joint: String, CaseIterable, Sendable {
        /// Turns about the axis; radians.
        case revolute
        /// Slides along the axis; metres.
        case prismatic
    }

    /// A spring that pulls with `stiffness · (rest - position)`.
    public struct Spring: Equatable, Sendable {
        /// In N m/rad or N/m.
        public var stiffness: Double
        /// The joint position at which it does not pull; may lie beyond the range.
        public var rest: Double
    }

    /// The link's name, and its joint's.
    public var name: String
    /// Shapes and places, in the joint's frame.
    public var body: FixtureBody
    /// The index of the link that carries it, smaller than its own; nil for the base.
    public var parent: Int?
    /// How it moves.
    public var joint: Joint
    /// The joint's unit axis in the link's frame.
    public var axis: Vector3
    /// The link's frame in its parent's at joint position 0.
    public var parentFromLink: Pose
    /// The positions that the joint allows.
    public var range: ClosedRange<Double>
    /// Where the joint starts unless the task says otherwise.
    public var start: Double
    /// Kilograms, spread evenly over the shapes.
    public var mass: Double
    /// Viscous damping of the joint, N m s/rad or N s/m.
    public var damping: Double
    /// Coulomb friction of the joint, N m or N.
    public var jointFriction: Double
    /// The joint's spring, if it has one.
    public var spring: Spring?

    /// The link's frame in its parent's at joint position `q`.
    func parentFromLink(at q: Double) -> Pose {
        switch joint {
        case .revolute: parentFromLink * Pose(rotation: Rotation(axis: axis, angle: q))
        case .prismatic: parentFromLink * Pose(translation: axis * q)
        }
    }
}

/// A fixture in a task's scene.
public struct SceneFixture: Equatable, Sendable {
    /// Where the base stands.
    public enum Start: Equatable, Sendable {
        /// In these ranges.
        case drawn(SceneObject.Start)
        /// On the ground straight below where the object of this index starts, turned like it.
        case under(object: Int)
    }

    /// Its name, by which predicates speak of it.
    public var name: String
    /// What it is made of.
    public var model: FixtureModel
    /// Where its base may stand.
    public var start: Start
    /// Where each joint may start, in link order.
    public var joints: [ClosedRange<Double>]
    /// Where it stands in the task file.
    public var place: YAMLPlace

    /// The index of a link, and of its joint; nil where there is none of that name.
    func link(named name: String) -> Int? { model.links.firstIndex { $0.name == name } }

    /// Its named places, as `fixture.place`; `index` is the fixture's among the task's.
    func namedPlaces(index: Int) -> [NamedPlace] {
        let bodies: [(Int?, FixtureBody)] =
            [(nil, model.base)] + model.links.enumerated().map { ($0.offset, $0.element.body) }
        return bodies.flatMap { link, body in
            body.places.map { place in
                NamedPlace(
                    name: name + "." + place.name,
                    centre: Place(frame: .fixture(index, link: link), offset: place.position),
                    halfExtents: place.halfExtents
                )
            }
        }
    }
}
