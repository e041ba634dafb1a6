import Diagnostics
import Robots

/// The `materials` section of a task file, and how an object says what it is made of.
enum MaterialsSection {
    /// Materials by name; none where the file has no such section.
    static func read(_ root: YAMLMapping) throws(InputError) -> [String: SurfaceMaterial] {
        guard let section = root.optional("materials") else { return [:] }
        var materials: [String: SurfaceMaterial] = [:]
        for value in try section.list(limit: 64) {
            let mapping = try value.mapping()
            let name = try mapping.string("name")
            guard materials[name] == nil else {
                throw value.place.error(
                    expected: "a name that no other material has",
                    found: "\"\(name)\""
                )
            }
            materials[name] = try surface(mapping)
            try mapping.finish()
        }
        return materials
    }

    /// The material of a scene object: `material: NAME`, or the numbers themselves.
    ///
    /// Things that nothing moves may leave it out: Bullet's pair product then rests on the other
    /// body.
    static func material(
        of object: YAMLMapping,
        kind: SceneObject.Kind,
        among materials: [String: SurfaceMaterial]
    ) throws(InputError) -> SurfaceMaterial {
        if let value = object.optional("material") {
            let name = try value.string()
            guard let material = materials[name] else {
                throw value.place.error(
                    expected: "a name under materials",
                    found: "\"\(name)\"",
                    nearest: nearestNames(to: name, among: Array(materials.keys))
                )
            }
            return material
        }
        guard kind == .dynamic || object.optional("friction") != nil else {
            return SurfaceMaterial(sliding: 1, rolling: 0.001, spinning: 0.01)
        }
        return try surface(object)
    }

    /// The numbers of a surface.
    static func surface(_ mapping: YAMLMapping) throws(InputError) -> SurfaceMaterial {
        SurfaceMaterial(
            sliding: try mapping.number("friction", in: 0...10),
            rolling: try mapping.number("rolling_friction", in: 0...1),
            spinning: try mapping.number("spinning_friction", in: 0...1),
            restitution: try mapping.optional("restitution").map { (value) throws(InputError) in
                try value.number(in: 0...1)
            } ?? 0
        )
    }
}
