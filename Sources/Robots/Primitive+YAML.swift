public import Diagnostics
public import Spatial

extension Primitive {
    /// Reads one of the keys `box`, `sphere`, `capsule`, `cylinder` of a mapping.
    ///
    /// `box: 0.04 0.2 0.06 m` gives full sides, `sphere: 0.05 m` the radius; capsule and cylinder
    /// are `{ radius: 0.06 m, length: 0.283 m }` along their own z axis, where a capsule's length
    /// is that of its straight part. Other keys of the mapping are left to the caller.
    ///
    /// - Throws: ``InputError`` when none or several are there, or a size is not above 0.
    public static func read(from mapping: YAMLMapping) throws(InputError) -> Primitive {
        let known = ["box", "sphere", "capsule", "cylinder"]
        let present = known.filter { mapping.keys.contains($0) }
        guard let kind = present.first, present.count == 1 else {
            throw mapping.place.error(
                expected: "one of " + known.joined(separator: ", "),
                found: present.isEmpty
                    ? mapping.keys.map { String($0.prefix(20)) }.prefix(8).joined(separator: ", ")
                    : present.joined(separator: " and ")
            )
        }
        let value = try mapping.required(kind)
        let sizes = 1e-5...100.0
        switch kind {
        case "box":
            let sides = try value.vector3(.length)
            guard sides.min() >= sizes.lowerBound, sides.max() <= sizes.upperBound else {
                throw value.mismatch("sides from 1e-5 to 100 m")
            }
            return .box(halfExtents: sides / 2)
        case "sphere":
            return .sphere(radius: try value.quantity(.length, in: sizes))
        default:
            let parts = try value.mapping()
            let radius = try parts.quantity("radius", .length, in: sizes)
            let halfLength = try parts.quantity("length", .length, in: sizes) / 2
            try parts.finish()
            return kind == "capsule"
                ? .capsule(radius: radius, halfLength: halfLength)
                : .cylinder(radius: radius, halfLength: halfLength)
        }
    }
}
