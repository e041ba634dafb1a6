import Diagnostics
import Robots
import Spatial

/// The keys of a scene object that say how it moves by itself.
enum MotionSection {
    private enum PathShape: String, CaseIterable { case circle }

    static func read(
        _ mapping: YAMLMapping,
        kind: SceneObject.Kind
    ) throws(InputError) -> SceneMotion {
        switch kind {
        case .static: .still
        case .conveyor: .surface(heading: try mapping.quantity("surface_heading", .angle))
        case .dynamic:
            try mapping.optional("launch").map { (value) throws(InputError) in
                let launch = try value.mapping()
                let heading = try launch.range("heading", .angle)
                try launch.finish()
                return .launched(heading: heading)
            } ?? .still
        case .driven: .driven(try circle(mapping.mapping("path")))
        }
    }

    private static func circle(_ mapping: YAMLMapping) throws(InputError) -> CircleRegion {
        _ = try mapping.choice("shape", of: PathShape.self)
        let region = CircleRegion(
            centre: try TaskFile.region(mapping.mapping("centre")),
            radius: try mapping.range("radius", .length),
            direction: try mapping.choice("direction", of: CircleRegion.Direction.self)
        )
        guard region.radius.lowerBound >= 1e-3 else {
            throw try mapping.required("radius").mismatch("radii from 1 mm")
        }
        try mapping.finish()
        return region
    }

    /// A speed needs something that moves at it, and what moves needs a speed.
    static func check(_ root: YAMLMapping, scene: [SceneObject]) throws(InputError) {
        let moving = scene.first { $0.motion != .still }
        if let moving, root.optional("target_speed") == nil {
            throw root.place.error(
                expected: "a section target_speed, which says how fast \(moving.name) moves",
                found: "none"
            )
        }
        if moving == nil, let speed = root.optional("target_speed") {
            throw speed.mismatch("something in the scene that moves by itself")
        }
    }
}
