import Diagnostics
import Robots
import Spatial

/// The `scene` section of a task file.
enum SceneSection {
    private enum ShapeName: String, CaseIterable { case box, sphere, capsule, cylinder }

    static func objects(_ values: [YAMLValue]) throws(InputError) -> [SceneObject] {
        var objects: [SceneObject] = []
        for value in values {
            let object = try object(value.mapping())
            guard !["tool", "goal"].contains(object.name),
                !objects.contains(where: { $0.name == object.name })
            else {
                throw value.place.error(
                    expected: "a name that nothing else has",
                    found: "\"\(object.name)\""
                )
            }
            objects.append(object)
        }
        return objects
    }

    private static func object(_ mapping: YAMLMapping) throws(InputError) -> SceneObject {
        let kind = try mapping.choice("kind", of: SceneObject.Kind.self)
        let color = try mapping.required("color").vector3(in: 0...1)
        let object = SceneObject(
            name: try mapping.string("name"),
            kind: kind,
            shape: try shape(mapping),
            mass: kind == .dynamic ? try mapping.quantity("mass", .mass, in: 1e-4...1000) : 0,
            friction: try friction(mapping, kind: kind),
            color: SIMD3<Float>(Float(color.x), Float(color.y), Float(color.z)),
            start: try start(mapping, kind: kind),
            motion: try MotionSection.read(mapping, kind: kind)
        )
        try mapping.finish()
        return object
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

    /// Things that nothing moves may leave friction out: Bullet's pair product then rests on the other body.
    private static func friction(
        _ mapping: YAMLMapping,
        kind: SceneObject.Kind
    ) throws(InputError) -> SceneObject.Friction {
        guard kind == .dynamic || mapping.optional("friction") != nil else {
            return SceneObject.Friction(sliding: 1, rolling: 0.001, spinning: 0.01)
        }
        return SceneObject.Friction(
            sliding: try mapping.number("friction", in: 0...10),
            rolling: try mapping.number("rolling_friction", in: 0...1),
            spinning: try mapping.number("spinning_friction", in: 0...1)
        )
    }

    private static func start(
        _ mapping: YAMLMapping,
        kind: SceneObject.Kind
    ) throws(InputError) -> SceneObject.Start {
        if kind == .driven {
            // Its path says where it starts.
            let origin = BoxRegion(lower: .zero, upper: .zero)
            return SceneObject.Start(region: origin, yaw: 0...0)
        }
        guard kind == .dynamic else {
            let position = try mapping.vector3("position", .length)
            let yaw = try mapping.optional("yaw").map { (value) throws(InputError) in
                try value.quantity(.angle)
            }
            return SceneObject.Start(
                region: BoxRegion(lower: position, upper: position),
                yaw: (yaw ?? 0)...(yaw ?? 0)
            )
        }
        let start = try mapping.mapping("start")
        let region = try TaskFile.openRegion(start)
        let yaw = try start.range("yaw", .angle)
        try start.finish()
        return SceneObject.Start(region: region, yaw: yaw)
    }
}
