import Diagnostics
import Robots
import Spatial

/// Reads one condition: a mapping with one key, the condition's name.
enum ConditionSection {
    private enum Name: String, CaseIterable {
        case all, any, not, distance, above, on
        case inside = "in"
        case joint, contact, grasped, released, lifted
    }

    /// How deep conditions may be nested.
    private static let depth = 8

    /// Whether `mapping` has a condition among its keys.
    static func isPresent(in mapping: YAMLMapping) -> Bool {
        mapping.keys.contains { Name(rawValue: $0) != nil }
    }

    /// The one condition among the keys of `mapping`; other keys are left to the caller.
    ///
    /// - Throws: ``InputError`` when none or several are there, or one is wrong.
    static func read(
        _ mapping: YAMLMapping,
        names: SceneNames,
        depth: Int = depth
    ) throws(InputError) -> Condition {
        let present = mapping.keys.compactMap(Name.init)
        guard let name = present.first, present.count == 1 else {
            let known = Name.allCases.map(\.rawValue)
            let found = mapping.keys.map { String($0.prefix(20)) }.prefix(8)
            throw mapping.place.error(
                expected: "one of " + known.joined(separator: ", "),
                found: found.isEmpty ? "no keys" : found.joined(separator: " and "),
                nearest: nearestNames(to: found.first ?? "", among: known)
            )
        }
        let value = try mapping.required(name.rawValue)
        guard depth > 0 else {
            throw value.mismatch("conditions nested at most \(Self.depth) deep")
        }
        switch name {
        case .all: return .all(try list(value, names: names, depth: depth))
        case .any: return .any(try list(value, names: names, depth: depth))
        case .not:
            let inner = try value.mapping()
            let condition = try read(inner, names: names, depth: depth - 1)
            try inner.finish()
            return .not(condition)
        default: return try fact(name, value, names: names)
        }
    }

    private static func list(
        _ value: YAMLValue,
        names: SceneNames,
        depth: Int
    ) throws(InputError) -> [Condition] {
        var conditions: [Condition] = []
        for item in try value.list(limit: 32) {
            let mapping = try item.mapping()
            conditions.append(try read(mapping, names: names, depth: depth - 1))
            try mapping.finish()
        }
        guard !conditions.isEmpty else { throw value.mismatch("at least one condition") }
        return conditions
    }

    private static func fact(
        _ name: Name,
        _ value: YAMLValue,
        names: SceneNames
    ) throws(InputError) -> Condition {
        switch name {
        case .grasped: return .grasped(object: try names.dynamicObject(value))
        case .released: return .released(object: try names.dynamicObject(value))
        default: break
        }
        let mapping = try value.mapping()
        let condition: Condition =
            switch name {
            case .above: .above(try height(mapping, names: names))
            case .on: .on(try support(mapping, names: names))
            case .inside:
                .inside(
                    ContainmentCondition(
                        object: try names.dynamicObject(mapping.required("object")),
                        box: try names.box(mapping.required("box"))
                    )
                )
            case .joint: .joint(try joint(mapping, names: names))
            case .contact: .contact(try contact(mapping, names: names))
            case .lifted:
                .lifted(
                    object: try names.dynamicObject(mapping.required("object")),
                    by: try mapping.quantity("by", .length, in: 1e-4...100)
                )
            default: .distance(try distance(mapping, names: names))
            }
        try mapping.finish()
        return condition
    }

    private static func distance(
        _ mapping: YAMLMapping,
        names: SceneNames
    ) throws(InputError) -> DistanceCondition {
        var distance = DistanceCondition(
            from: try names.place(mapping.required("from")),
            to: try names.place(mapping.required("to"))
        )
        if let offset = mapping.optional("offset") { distance.offset = try offset.vector3(.length) }
        if let axes = mapping.optional("axes") { distance.scale = try self.axes(axes) }
        if let scale = mapping.optional("scale") {
            distance.scale *= try scale.vector3(in: 0...100)
        }
        let bounds = 1e-4...100.0
        if let least = mapping.optional("at_least") {
            distance.atLeast = try least.quantity(.length, in: bounds)
        }
        if distance.atLeast == 0 || mapping.optional("at_most") != nil {
            distance.atMost = try mapping.quantity("at_most", .length, in: bounds)
        }
        guard distance.atLeast <= distance.atMost else {
            throw try mapping.required("at_most").mismatch("at least what at_least says")
        }
        return distance
    }

    /// Letters of the axes that count, such as `xy`, as 1 and 0.
    private static func axes(_ value: YAMLValue) throws(InputError) -> Vector3 {
        let letters = Array(try value.string())
        let known: [Character] = ["x", "y", "z"]
        guard Set(letters).count == letters.count, letters.allSatisfy(known.contains) else {
            throw value.mismatch("some of the letters x, y and z, such as xy")
        }
        return Vector3(
            letters.contains("x") ? 1 : 0,
            letters.contains("y") ? 1 : 0,
            letters.contains("z") ? 1 : 0
        )
    }

    private static func height(
        _ mapping: YAMLMapping,
        names: SceneNames
    ) throws(InputError) -> HeightCondition {
        HeightCondition(
            place: try names.place(mapping.required("place")),
            reference: try names.place(mapping.required("of")),
            by: try mapping.range("by", .length)
        )
    }

    private static func support(
        _ mapping: YAMLMapping,
        names: SceneNames
    ) throws(InputError) -> SupportCondition {
        let object = try names.dynamicObject(mapping.required("object"))
        let support = try names.object(mapping.required("support"))
        guard object != support else {
            throw try mapping.required("support").mismatch(
                "another object than the one that stands"
            )
        }
        var condition = SupportCondition(
            object: object,
            support: support,
            footprint: names.scene[support].halfExtents
        )
        if let within = mapping.optional("within") {
            condition.within = try within.quantity(.length, in: 1e-4...100)
        }
        return condition
    }

    private static func joint(
        _ mapping: YAMLMapping,
        names: SceneNames
    ) throws(InputError) -> JointCondition {
        let owner = try names.jointOwner(mapping.required("of"))
        let name = try mapping.required("name")
        var dimension = Dimension.angle
        var lower = -Double.infinity
        var upper = Double.infinity
        let least = mapping.optional("at_least")
        let most = mapping.optional("at_most")
        guard let first = least ?? most else {
            throw mapping.place.error(
                expected: "one of at_least and at_most, or both",
                found: "neither"
            )
        }
        if (try? first.quantity(.length)) != nil { dimension = .length }
        if let least { lower = try least.quantity(dimension) }
        if let most { upper = try most.quantity(dimension) }
        guard lower <= upper else { throw (most ?? first).mismatch("at least what at_least says") }
        let condition = JointCondition(
            owner: owner,
            name: try name.string(),
            bounds: lower...upper,
            dimension: dimension,
            namePlace: name.place
        )
        guard case .fixture(let index) = owner else { return condition }
        return try condition.resolved(on: names.fixtures[index])
    }

    private static func contact(
        _ mapping: YAMLMapping,
        names: SceneNames
    ) throws(InputError) -> ContactCondition {
        var contact = ContactCondition(
            first: try names.party(mapping.required("of")),
            second: try names.party(mapping.required("with"))
        )
        if let except = mapping.optional("except") {
            for item in try except.list(limit: 32) {
                contact.exceptions.append(try names.party(item))
            }
        }
        return contact
    }
}
