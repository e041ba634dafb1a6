import Diagnostics
import Robots
import Runtime

/// The `success` section of a task file: a condition, its hold time, and when it is asked.
enum SuccessSection {
    /// - Parameter instructions: Where each of them has a condition, the section has none.
    static func read(
        _ mapping: YAMLMapping,
        names: SceneNames,
        instructions: [Instruction]
    ) throws(InputError) -> SuccessPredicate {
        let judged = try mapping.optional("judged").map { (value) throws(InputError) in
            try value.choice(of: SuccessPredicate.Judgement.self)
        }
        let own = instructions.first?.condition
        if own != nil, ConditionSection.isPresent(in: mapping) {
            throw mapping.place.error(
                expected: "hold and judged alone: every instruction has its own condition",
                found: "a condition"
            )
        }
        let condition =
            if let own { own } else { try ConditionSection.read(mapping, names: names) }
        let predicate = SuccessPredicate(
            condition: condition,
            hold: .seconds(try mapping.quantity("hold", .time, in: 0...60)),
            judged: judged ?? .once
        )
        try mapping.finish()
        return predicate
    }
}
