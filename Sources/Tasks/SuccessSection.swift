import Diagnostics
import Robots
import Runtime

/// The `success` section of a task file.
enum SuccessSection {
    static func read(
        _ mapping: YAMLMapping,
        scene: [SceneObject],
        hasGoal: Bool
    ) throws(InputError) -> SuccessPredicate {
        var conditions: [SuccessPredicate.Condition] = []
        for value in try mapping.list("all", limit: 32) {
            let item = try value.mapping()
            let distance = try item.mapping("distance")
            conditions.append(
                .distance(
                    from: try place(distance.required("from"), scene: scene, hasGoal: hasGoal),
                    to: try place(distance.required("to"), scene: scene, hasGoal: hasGoal),
                    atMost: try distance.quantity("at_most", .length, in: 1e-4...100)
                )
            )
            try distance.finish()
            try item.finish()
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
