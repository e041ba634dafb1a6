import Diagnostics
import Foundation
import Robots
import Spatial

/// The `fixtures` section of a task file.
///
/// What a fixture is made of stands in the task file itself, or under the same keys in
/// `fixtures/NAME.yaml` beside it.
enum FixtureSection {
    /// The fixtures, and the files that they were read from.
    struct Contents {
        var fixtures: [SceneFixture] = []
        /// Paths relative to the task file's folder, each once, in the order of naming.
        var files: [String] = []
    }

    static func read(
        _ root: YAMLMapping,
        scene: [SceneObject]
    ) throws(InputError) -> Contents {
        var contents = Contents()
        guard let section = root.optional("fixtures") else { return contents }
        let folder = URL(filePath: root.place.file).deletingLastPathComponent().path
        var taken = SceneNames.reserved + scene.map(\.name)
        for value in try section.list(limit: 16) {
            let mapping = try value.mapping()
            let name = try mapping.string("name")
            guard !taken.contains(name), isPlain(name) else {
                throw try mapping.required("name").place.error(
                    expected: "a name that nothing else has, without dots",
                    found: "\"\(name.prefix(60))\""
                )
            }
            taken.append(name)
            let model: FixtureModel
            if let file = mapping.optional("fixture") {
                let (path, reference) = try included(file, folder: folder)
                let included = try YAMLMapping.file(atPath: path)
                _ = try included.string("summary")
                model = try FixtureReader.model(included)
                try included.finish()
                if !contents.files.contains(reference) { contents.files.append(reference) }
            } else {
                model = try FixtureReader.model(mapping)
            }
            contents.fixtures.append(
                SceneFixture(
                    name: name,
                    model: model,
                    start: try start(mapping.mapping("start"), scene: scene),
                    joints: try joints(mapping, of: model)
                )
            )
            try mapping.finish()
        }
        return contents
    }

    /// Names stand before and after the dot of a place such as `drawer.handle`.
    static func isPlain(_ name: String) -> Bool { !name.isEmpty && !name.contains(".") }

    private static func included(
        _ value: YAMLValue,
        folder: String
    ) throws(InputError) -> (path: String, reference: String) {
        let file = try value.string() + ".yaml"
        do {
            return (try InputFile.path(of: file, inside: folder + "/fixtures"), "fixtures/" + file)
        } catch {
            throw value.place.error(
                expected: "a fixture that stands beside the task in fixtures/NAME.yaml",
                found: error.found
            )
        }
    }

    /// Ranges, or `under: OBJECT`.
    private static func start(
        _ mapping: YAMLMapping,
        scene: [SceneObject]
    ) throws(InputError) -> SceneFixture.Start {
        if let value = mapping.optional("under") {
            let object = try SceneNames(scene: scene).dynamicObject(value)
            try mapping.finish()
            return .under(object: object)
        }
        let region = try TaskFile.openRegion(mapping)
        let start = SceneObject.Start(region: region, yaw: try mapping.range("yaw", .angle))
        try mapping.finish()
        return .drawn(start)
    }

    /// Where joints start: the task's ranges under `joints`, else the fixture's own.
    private static func joints(
        _ mapping: YAMLMapping,
        of model: FixtureModel
    ) throws(InputError) -> [ClosedRange<Double>] {
        var starts = model.links.map { $0.start...$0.start }
        guard let section = try mapping.optional("joints")?.mapping() else { return starts }
        for (index, link) in model.links.enumerated() {
            guard let value = section.optional(link.name) else { continue }
            let range = try value.range(link.joint.dimension)
            guard link.range.contains(range.lowerBound), link.range.contains(range.upperBound)
            else {
                throw value.mismatch("positions in the joint's range, \(link.range.text)")
            }
            starts[index] = range
        }
        try section.finish()
        return starts
    }
}

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

extension ClosedRange<Double> {
    fileprivate var text: String { "\(lowerBound) to \(upperBound)" }
}
