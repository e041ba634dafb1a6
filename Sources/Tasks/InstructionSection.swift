import Diagnostics
import Robots

/// The `instructions` section of a task file: texts that all say the one thing to do, or a mapping
/// for each of several things.
enum InstructionSection {
    /// The instructions, and whether each has a condition of its own.
    static func read(
        _ root: YAMLMapping,
        names: SceneNames
    ) throws(InputError) -> [Instruction] {
        let section = try root.required("instructions")
        let values = try section.list(limit: 256)
        guard let first = values.first else { throw section.mismatch("at least one instruction") }
        if let text = try? first.string() {
            var instruction = Instruction(text: text)
            for value in values.dropFirst() { instruction.paraphrases.append(try value.string()) }
            return [instruction]
        }
        var instructions: [Instruction] = []
        for value in values {
            let instruction = try instruction(value.mapping(), names: names)
            let taken = instructions.flatMap { $0.phrases + $0.heldOut }
            for text in instruction.phrases + instruction.heldOut where taken.contains(text) {
                throw value.place.error(
                    expected: "words that no other instruction uses",
                    found: "\"\(text)\""
                )
            }
            instructions.append(instruction)
        }
        return instructions
    }

    private static func instruction(
        _ mapping: YAMLMapping,
        names: SceneNames
    ) throws(InputError) -> Instruction {
        let success = try mapping.mapping("success")
        let instruction = Instruction(
            text: try mapping.string("say"),
            kind: try mapping.choice("kind", of: Instruction.Kind.self),
            paraphrases: try texts(mapping.optional("paraphrases")),
            heldOut: try texts(mapping.optional("held_out")),
            condition: try ConditionSection.read(success, names: names)
        )
        try success.finish()
        try mapping.finish()
        return instruction
    }

    private static func texts(_ value: YAMLValue?) throws(InputError) -> [String] {
        var texts: [String] = []
        for item in try value?.list(limit: 64) ?? [] { texts.append(try item.string()) }
        return texts
    }
}
