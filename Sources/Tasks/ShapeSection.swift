import Diagnostics
import Robots
import Spatial

/// The shapes of a scene object: one in the object itself, or several under `parts`.
enum ShapeSection {
    private enum ShapeName: String, CaseIterable { case box, sphere, capsule, cylinder }

    static func parts(_ object: YAMLMapping) throws(InputError) -> [SceneObject.Part] {
        guard let section = object.optional("parts") else {
            return [
                SceneObject.Part(
                    shape: try shape(object),
                    color: try color(object.required("color"))
                )
            ]
        }
        let common = try object.optional("color").map { (value) throws(InputError) in
            try color(value)
        }
        var parts: [SceneObject.Part] = []
        for value in try section.list(limit: 64) {
            let mapping = try value.mapping()
            parts.append(try part(mapping, common: common))
            try mapping.finish()
        }
        guard !parts.isEmpty else { throw section.mismatch("at least one part") }
        return parts
    }

    private static func part(
        _ mapping: YAMLMapping,
        common: SIMD3<Float>?
    ) throws(InputError) -> SceneObject.Part {
        var pose = Pose(translation: try mapping.vector3("at", .length))
        if let value = mapping.optional("rpy") {
            let angles = try value.vector3(.angle)
            pose.rotation = Rotation(roll: angles.x, pitch: angles.y, yaw: angles.z)
        }
        let shape = try shape(mapping)
        let own = try mapping.optional("color").map { (value) throws(InputError) in
            try color(value)
        }
        guard let color = own ?? common else {
            throw mapping.place.error(expected: "a color, here or in the object", found: "none")
        }
        return SceneObject.Part(shape: shape, objectFromShape: pose, color: color)
    }

    private static func color(_ value: YAMLValue) throws(InputError) -> SIMD3<Float> {
        let color = try value.vector3(in: 0...1)
        return SIMD3<Float>(Float(color.x), Float(color.y), Float(color.z))
    }

    private static func shape(_ mapping: YAMLMapping) throws(InputError) -> Primitive {
        let size = 1e-4...100.0
        switch try mapping.choice("shape", of: ShapeName.self) {
        case .box:
            let halfExtents = try mapping.vector3("half_extents", .length)
            guard halfExtents.min() >= size.lowerBound, halfExtents.max() <= size.upperBound else {
                throw try mapping.required("half_extents").mismatch("lengths from 0.1 mm to 100 m")
            }
            return .box(halfExtents: halfExtents)
        case .sphere:
            return .sphere(radius: try mapping.quantity("radius", .length, in: size))
        case .capsule:
            return .capsule(
                radius: try mapping.quantity("radius", .length, in: size),
                halfLength: try mapping.quantity("half_length", .length, in: size)
            )
        case .cylinder:
            return .cylinder(
                radius: try mapping.quantity("radius", .length, in: size),
                halfLength: try mapping.quantity("half_length", .length, in: size)
            )
        }
    }
}
