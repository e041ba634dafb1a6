public import Diagnostics
import Spatial

/// Something that a task may be told to do, in words.
public struct Instruction: Equatable, Sendable {
    /// LIBERO's four kinds: what the words are needed for.
    public enum Kind: String, CaseIterable, Sendable {
        /// Which of several alike, by where it is.
        case spatial
        /// Which object.
        case object
        /// What to do with it.
        case goal
        /// Several things in a row.
        case long
    }

    /// The plainest way to say it.
    public var text: String
    /// What the words are needed for; nil where the task has but one thing to do.
    public var kind: Kind?
    /// Other ways to say it.
    public var paraphrases: [String] = []
    /// Ways to say it that no demonstration uses: for evaluation alone.
    public var heldOut: [String] = []
    /// What must hold; nil for the task's own condition.
    public var condition: Condition?

    /// The ways that demonstrations use.
    var phrases: [String] { [text] + paraphrases }
}

/// One instruction of a task in one wording.
public struct InstructionChoice: Equatable, Sendable {
    /// The index among the task's instructions.
    public var index: Int
    /// The wording.
    public var text: String
}

extension TaskDefinition {
    /// The instruction and the wording that `seed` draws.
    ///
    /// - Parameter heldOut: Draw from the wordings that no demonstration uses.
    /// - Throws: ``InputError`` when there are no such wordings.
    public func instruction(
        seed: UInt64,
        heldOut: Bool = false
    ) throws(InputError) -> InstructionChoice {
        var which = RandomStream(seed: seed, stream: 0x7461_736b)
        let choices = instructions.indices.filter { !heldOut || !instructions[$0].heldOut.isEmpty }
        guard !choices.isEmpty else {
            throw InputError(
                key: name,
                expected: "a task with held_out wordings",
                found: "none in \(name)"
            )
        }
        // One instruction draws nothing, so that its wordings are what they always were.
        let index = choices.count == 1 ? choices[0] : choices[which.index(below: choices.count)]
        let texts = heldOut ? instructions[index].heldOut : instructions[index].phrases
        var wording = RandomStream(seed: seed, stream: 0x7761_7264)
        return InstructionChoice(index: index, text: texts[wording.index(below: texts.count)])
    }

    /// The instruction that `text` is a wording of, whatever its case and spacing.
    ///
    /// A task with but one thing to do takes any words.
    ///
    /// - Throws: ``InputError`` with the nearest wordings.
    public func instruction(saying text: String) throws(InputError) -> InstructionChoice {
        let said = Self.plain(text)
        for (index, instruction) in instructions.enumerated() {
            let wordings = instruction.phrases + instruction.heldOut
            if wordings.contains(where: { Self.plain($0) == said }) {
                return InstructionChoice(index: index, text: text)
            }
        }
        if instructions.count == 1, !said.isEmpty { return InstructionChoice(index: 0, text: text) }
        throw InputError(
            key: "--instruction",
            expected: "one of the \(instructions.count) instructions of \(name), or of their"
                + " paraphrases",
            found: "\"\(text.prefix(80))\"",
            nearest: nearestNames(to: text, among: instructions.map(\.text), limit: 3)
        )
    }

    /// What to list: each instruction in its plainest words, or all wordings of the only one.
    public var instructionTexts: [String] {
        instructions.count == 1 ? instructions[0].phrases : instructions.map(\.text)
    }

    private static func plain(_ text: String) -> String {
        text.lowercased().split(whereSeparator: { !$0.isLetter && !$0.isNumber })
            .joined(separator: " ")
    }

    /// What must hold under an instruction.
    public func success(of instruction: Int) -> SuccessPredicate {
        var success = success
        if let own = instructions[instruction].condition { success.condition = own }
        return success
    }

    /// The object that an instruction is about: the first that its success speaks of, else the
    /// first that moves; nil where nothing does.
    func target(of instruction: Int) -> Int? {
        success(of: instruction).condition.facts.lazy.compactMap(\.subject)
            .first { scene[$0].kind == .dynamic }
            ?? scene.firstIndex { $0.kind == .dynamic || $0.kind == .driven }
    }
}

extension RandomStream {
    /// A whole number from 0 up to `count`, not included.
    mutating func index(below count: Int) -> Int { Int(next() % UInt64(count)) }
}
