import Diagnostics
import Robots
import Spatial

/// The `script` section of a task file: the rules of its expert.
enum ScriptSection {
    private enum Grip: String, CaseIterable { case open, closed }

    static func read(_ value: YAMLValue, names: SceneNames) throws(InputError) -> ExpertScript {
        let list = try value.list(limit: 64)
        var rules: [ExpertRule] = []
        for (index, item) in list.enumerated() {
            let mapping = try item.mapping()
            let rule = try rule(mapping, names: names)
            try mapping.finish()
            let isLast = index == list.count - 1
            guard (rule.condition == nil) == isLast else {
                throw mapping.place.error(
                    expected: isLast
                        ? "a last rule without `when`, which applies when no other does"
                        : "`when` in every rule but the last",
                    found: isLast ? "`when`" : "none"
                )
            }
            rules.append(rule)
        }
        guard !rules.isEmpty else { throw value.mismatch("at least one rule") }
        return ExpertScript(rules: rules)
    }

    private static func rule(
        _ mapping: YAMLMapping,
        names: SceneNames
    ) throws(InputError) -> ExpertRule {
        let condition = try mapping.optional("when").map { (value) throws(InputError) in
            let inner = try value.mapping()
            let condition = try ConditionSection.read(inner, names: names)
            try inner.finish()
            return condition
        }
        return ExpertRule(
            condition: condition,
            brought: try mapping.optional("bring").map { (value) throws(InputError) in
                try names.place(value)
            } ?? .tool,
            target: try names.place(mapping.required("to")),
            offset: try mapping.optional("offset")?.vector3(.length) ?? .zero,
            funnel: try mapping.optional("funnel").map { (value) throws(InputError) in
                try funnel(value.mapping())
            },
            maxSpeed: try mapping.optional("speed").map { (value) throws(InputError) in
                try value.quantity(.velocity, in: 1e-3...10)
            },
            closes: try mapping.choice("gripper", of: Grip.self) == .closed
        )
    }

    private static func funnel(_ mapping: YAMLMapping) throws(InputError) -> ExpertRule.Funnel {
        var from = Vector3(0, 0, 1)
        if let value = mapping.optional("from") {
            from = try value.vector3(in: -1...1)
            guard from.length > 1e-3 else { throw value.mismatch("a direction such as 0 0 1") }
        }
        let lengths = 1e-4...1.0
        let funnel = ExpertRule.Funnel(
            from: from / from.length,
            hover: try mapping.quantity("hover", .length, in: lengths),
            beside: try mapping.quantity("beside", .length, in: lengths),
            aligned: try mapping.quantity("aligned", .length, in: lengths)
        )
        guard funnel.aligned < funnel.beside else {
            throw try mapping.required("aligned").mismatch("less than beside")
        }
        try mapping.finish()
        return funnel
    }
}
