import Diagnostics
import Robots
import Spatial

/// Reads what a fixture is made of.
enum FixtureReader {
    /// Reads `base`, `links` (none: something fixed alone) and friction; other keys of the mapping are left to the caller.
    static func model(_ mapping: YAMLMapping) throws(InputError) -> FixtureModel {
        let material = try MaterialsSection.surface(mapping)
        let base = try mapping.mapping("base")
        let baseBody = try body(base)
        try base.finish()
        var links: [FixtureLink] = []
        for value in try mapping.optional("links")?.list(limit: 32) ?? [] {
            let link = try link(value.mapping(), after: links)
            guard link.name != "base", !links.contains(where: { $0.name == link.name }) else {
                throw value.place.error(
                    expected: "a name that no other link has",
                    found: "\"\(link.name.prefix(60))\""
                )
            }
            links.append(link)
        }
        guard !links.isEmpty || !baseBody.parts.isEmpty else {
            throw mapping.place.error(expected: "parts or links", found: "neither")
        }
        try checkNames(links, base: baseBody, mapping)
        return FixtureModel(base: baseBody, links: links, material: material)
    }

    /// A place such as `drawer.handle` must mean one thing.
    private static func checkNames(
        _ links: [FixtureLink],
        base: FixtureBody,
        _ mapping: YAMLMapping
    ) throws(InputError) {
        var names = ["base"] + links.map(\.name)
        for place in base.places + links.flatMap(\.body.places) {
            guard !names.contains(place.name), FixtureSection.isPlain(place.name) else {
                throw mapping.place.error(
                    expected: "places and links of different names, without dots",
                    found: "\"\(place.name.prefix(60))\""
                )
            }
            names.append(place.name)
        }
    }

    private static func body(_ mapping: YAMLMapping) throws(InputError) -> FixtureBody {
        let hasParts = ["parts", "shape"].contains { mapping.keys.contains($0) }
        return FixtureBody(
            parts: hasParts ? try ShapeSection.parts(mapping) : [],
            places: try places(mapping)
        )
    }

    /// Points, and boxes where `half_extents` are given.
    private static func places(_ mapping: YAMLMapping) throws(InputError) -> [FixturePlace] {
        guard let list = try mapping.optional("places")?.list(limit: 32) else { return [] }
        var places: [FixturePlace] = []
        for value in list {
            let item = try value.mapping()
            places.append(
                FixturePlace(
                    name: try item.string("name"),
                    position: try item.vector3("at", .length),
                    halfExtents: try item.optional("half_extents").map {
                        (value) throws(InputError) in
                        try PlacesSection.halfExtents(value)
                    }
                )
            )
            try item.finish()
        }
        return places
    }

    private static func link(
        _ mapping: YAMLMapping,
        after links: [FixtureLink]
    ) throws(InputError) -> FixtureLink {
        let joint = try mapping.choice("joint", of: FixtureLink.Joint.self)
        let isTurning = joint == .revolute
        let axis = try mapping.required("axis")
        let direction = try axis.vector3(in: -1...1)
        guard direction.length > 1e-3 else { throw axis.mismatch("a direction such as 1 0 0") }
        let range = try mapping.range("range", joint.dimension)
        let body = try body(mapping)
        guard !body.parts.isEmpty else {
            throw mapping.place.error(expected: "a shape, or several under parts", found: "none")
        }
        let start = try mapping.optional("start").map { (value) throws(InputError) in
            try value.quantity(joint.dimension, in: range)
        }
        let link = FixtureLink(
            name: try mapping.string("name"),
            body: body,
            parent: try parent(mapping, among: links),
            joint: joint,
            axis: direction / direction.length,
            parentFromLink: try jointFrame(mapping),
            range: range,
            start: start ?? (range.contains(0) ? 0 : range.lowerBound),
            mass: try mapping.quantity("mass", .mass, in: 1e-3...1000),
            damping: try mapping.quantity(
                "damping",
                isTurning ? .angularDamping : .damping,
                in: 0...1e4
            ),
            jointFriction: try mapping.quantity(
                "joint_friction",
                isTurning ? .torque : .force,
                in: 0...1e4
            ),
            spring: try mapping.optional("spring").map { (value) throws(InputError) in
                try spring(value.mapping(), joint: joint)
            }
        )
        guard FixtureSection.isPlain(link.name) else {
            throw try mapping.required("name").mismatch("a name without dots")
        }
        try mapping.finish()
        return link
    }

    /// The keys `at` and `rpy`, both optional.
    private static func jointFrame(_ mapping: YAMLMapping) throws(InputError) -> Pose {
        let turn = try mapping.optional("rpy")?.vector3(.angle) ?? .zero
        return Pose(
            rotation: Rotation(roll: turn.x, pitch: turn.y, yaw: turn.z),
            translation: try mapping.optional("at")?.vector3(.length) ?? .zero
        )
    }

    private static func parent(
        _ mapping: YAMLMapping,
        among links: [FixtureLink]
    ) throws(InputError) -> Int? {
        guard let value = mapping.optional("parent") else { return nil }
        let name = try value.string()
        if name == "base" { return nil }
        if let index = links.firstIndex(where: { $0.name == name }) { return index }
        throw value.place.error(
            expected: "base or a link that stands above",
            found: "\"\(name.prefix(60))\"",
            nearest: nearestNames(to: name, among: links.map(\.name))
        )
    }

    private static func spring(
        _ mapping: YAMLMapping,
        joint: FixtureLink.Joint
    ) throws(InputError) -> FixtureLink.Spring {
        let isTurning = joint == .revolute
        let spring = FixtureLink.Spring(
            stiffness: try mapping.quantity(
                "stiffness",
                isTurning ? .angularStiffness : .stiffness,
                in: 0...1e5
            ),
            rest: try mapping.quantity("rest", joint.dimension, in: -100...100)
        )
        try mapping.finish()
        return spring
    }
}

extension FixtureLink.Joint {
    /// What its positions measure.
    var dimension: Robots.Dimension { self == .revolute ? .angle : .length }
}
