import Diagnostics
import Robots
import Spatial

/// The `scene` section of a task file.
enum SceneSection {
    static func objects(
        _ values: [YAMLValue],
        materials: [String: SurfaceMaterial]
    ) throws(InputError) -> [SceneObject] {
        var objects: [SceneObject] = []
        for value in values {
            let object = try object(value.mapping(), materials: materials)
            guard !SceneNames.reserved.contains(object.name),
                FixtureSection.isPlain(object.name),
                !objects.contains(where: { $0.name == object.name })
            else {
                throw value.place.error(
                    expected: "a name that nothing else has, without dots",
                    found: "\"\(object.name)\""
                )
            }
            objects.append(object)
        }
        return objects
    }

    private static func object(
        _ mapping: YAMLMapping,
        materials: [String: SurfaceMaterial]
    ) throws(InputError) -> SceneObject {
        let kind = try mapping.choice("kind", of: SceneObject.Kind.self)
        let object = SceneObject(
            name: try mapping.string("name"),
            kind: kind,
            parts: try ShapeSection.parts(mapping),
            mass: kind == .dynamic ? try mapping.quantity("mass", .mass, in: 1e-4...1000) : 0,
            material: try MaterialsSection.material(of: mapping, kind: kind, among: materials),
            start: try start(mapping, kind: kind),
            motion: try MotionSection.read(mapping, kind: kind),
            place: mapping.place
        )
        try mapping.finish()
        return object
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
        guard kind == .dynamic || mapping.optional("start") != nil else {
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
        let hasPlace = start.optional("x") != nil || start.optional("y") != nil
        let hasYaw = start.optional("yaw") != nil
        let x = hasPlace ? try start.range("x", .length) : 0...0
        let y = hasPlace ? try start.range("y", .length) : 0...0
        let z = try start.range("z", .length)
        let yaw = hasYaw ? try start.range("yaw", .angle) : 0...0
        try start.finish()
        return SceneObject.Start(
            region: BoxRegion(
                lower: Vector3(x.lowerBound, y.lowerBound, z.lowerBound),
                upper: Vector3(x.upperBound, y.upperBound, z.upperBound)
            ),
            yaw: yaw,
            hasPlace: hasPlace,
            hasYaw: hasYaw
        )
    }

    /// Every start is given once: by the object's ranges or by `fixed_starts`.
    static func requireStarts(
        _ scene: [SceneObject],
        fixedStarts: FixedStarts?
    ) throws(InputError) {
        for (index, object) in scene.enumerated() {
            let isPlaced = fixedStarts?.choosesPlace(of: index) ?? false
            guard object.start.hasPlace != isPlaced else {
                throw object.place.error(
                    expected: isPlaced
                        ? "no x and y under start, which fixed_starts chooses"
                        : "x and y under start, or the object among fixed_starts",
                    found: isPlaced ? "both for \(object.name)" : "neither for \(object.name)"
                )
            }
            let isTurned = fixedStarts?.choosesYaw(of: index) ?? false
            guard object.start.hasYaw != isTurned else {
                throw object.place.error(
                    expected: isTurned
                        ? "no yaw under start, which fixed_starts chooses"
                        : "yaw under start, or the object among fixed_starts",
                    found: isTurned ? "both for \(object.name)" : "neither for \(object.name)"
                )
            }
        }
    }
}
