import Diagnostics
import Robots
import Runtime
import Spatial

/// The `success` section of a task file.
enum SuccessSection {
    static func read(
        _ mapping: YAMLMapping,
        scene: [SceneObject],
        hasGoal: Bool
    ) throws(InputError) -> SuccessPredicate {
        var conditions: [SuccessPredicate.Condition] = []
        for value in try mapping.list("all", limit: 32) {
            conditions.append(try condition(value.mapping(), scene: scene, hasGoal: hasGoal))
        }
        guard !conditions.isEmpty else {
            throw try mapping.required("all").mismatch("at least one condition")
        }
        let predicate = SuccessPredicate(
            conditions: conditions,
            hold: .seconds(try mapping.quantity("hold", .time, in: 0...60))
        )
        try mapping.finish()
        return predicate
    }

    private static func condition(
        _ item: YAMLMapping,
        scene: [SceneObject],
        hasGoal: Bool
    ) throws(InputError) -> SuccessPredicate.Condition {
        let condition: SuccessPredicate.Condition
        if let value = item.optional("lifted") {
            let lifted = try value.mapping()
            condition = .lifted(
                object: try object(lifted.required("object"), scene: scene),
                by: try lifted.quantity("by", .length, in: 1e-4...100)
            )
            try lifted.finish()
        } else {
            let distance = try item.mapping("distance")
            condition = .distance(
                from: try place(distance.required("from"), scene: scene, hasGoal: hasGoal),
                to: try place(distance.required("to"), scene: scene, hasGoal: hasGoal),
                offset: try distance.optional("offset").map { (value) throws(InputError) in
                    try value.vector3(.length)
                } ?? .zero,
                atMost: try distance.quantity("at_most", .length, in: 1e-4...100)
            )
            try distance.finish()
        }
        try item.finish()
        return condition
    }

    /// Something that physics moves.
    private static func object(
        _ value: YAMLValue,
        scene: [SceneObject]
    ) throws(InputError) -> Int {
        let name = try value.string()
        if let index = scene.firstIndex(where: { $0.name == name && $0.kind == .dynamic }) {
            return index
        }
        throw value.place.error(
            expected: "a dynamic object in the scene",
            found: "\"\(name)\"",
            nearest: nearestNames(
                to: name,
                among: scene.filter { $0.kind == .dynamic }.map(\.name)
            )
        )
    }

    private static func place(
        _ value: YAMLValue,
        scene: [SceneObject],
        hasGoal: Bool
    ) throws(InputError) -> SuccessPredicate.Place {
        let name = try value.string()
        if name == "tool" { return .tool }
        if name == "goal", hasGoal { return .goal }
        if let index = scene.firstIndex(where: { $0.name == name }) { return .object(index) }
        let known = ["tool"] + (hasGoal ? ["goal"] : []) + scene.map(\.name)
        throw value.place.error(
            expected: "a place in the scene",
            found: "\"\(name)\"",
            nearest: nearestNames(to: name, among: known)
        )
    }
}
