import Diagnostics
import Robots
import Spatial

/// The `places` section of a task file: points and boxes that conditions speak of.
enum PlacesSection {
    static func read(_ root: YAMLMapping, names: SceneNames) throws(InputError) -> [NamedPlace] {
        guard let section = root.optional("places") else { return [] }
        var places: [NamedPlace] = []
        for value in try section.list(limit: 64) {
            let place = try place(value.mapping(), names: names)
            let taken =
                names.scene.map(\.name) + names.fixtures.map(\.name) + places.map(\.name)
                + SceneNames.reserved
            guard !taken.contains(place.name), FixtureSection.isPlain(place.name) else {
                throw value.place.error(
                    expected: "a name that nothing else has, without dots",
                    found: "\"\(place.name)\""
                )
            }
            places.append(place)
        }
        return places
    }

    private static func place(
        _ mapping: YAMLMapping,
        names: SceneNames
    ) throws(InputError) -> NamedPlace {
        let place = NamedPlace(
            name: try mapping.string("name"),
            centre: Place(
                frame: try names.frame(mapping.required("of")),
                offset: try mapping.vector3("at", .length)
            ),
            halfExtents: try mapping.optional("half_extents").map { (value) throws(InputError) in
                try halfExtents(value)
            }
        )
        try mapping.finish()
        return place
    }

    static func halfExtents(_ value: YAMLValue) throws(InputError) -> Vector3 {
        let half = try value.vector3(.length)
        guard half.min() >= 1e-4, half.max() <= 100 else {
            throw value.mismatch("lengths from 0.1 mm to 100 m")
        }
        return half
    }
}
