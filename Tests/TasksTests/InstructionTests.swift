import Diagnostics
import Testing

@testable import Tasks

@Suite struct InstructionTests {
    /// Pick-place, with two things to do instead of one.
    static func twoGoals() throws -> TaskDefinition {
        let text = try TaskFolder.text("pick-place")
        let start = try #require(text.range(of: "instructions:\n"))
        let end = try #require(text.range(of: "\nrobot: panda"))
        let instructions = """
            instructions:
              - say: lift the cube
                kind: object
                paraphrases: [raise the cube, take the cube up]
                held_out: [up with it]
                success:
                  lifted: { object: cube, by: 0.1 m }
              - say: push the cube aside
                kind: spatial
                success:
                  distance: { from: cube, to: goal, at_most: 0.05 m }

            """
        var edited = text.replacingCharacters(
            in: start.lowerBound..<end.lowerBound,
            with: instructions
        )
        let all = try #require(edited.range(of: "  all:\n"))
        let hold = try #require(edited.range(of: "  hold: 0.5 s"))
        edited.removeSubrange(all.lowerBound..<hold.lowerBound)
        return try TaskFolder.withFile(edited) { try TaskFile.read(atPath: $0) }
    }

    @Test func `each instruction has its own success`() throws {
        let task = try Self.twoGoals()
        #expect(task.instructions.count == 2)
        #expect(task.success(of: 0).condition == .lifted(object: 1, by: 0.1))
        guard case .distance = task.success(of: 1).condition else {
            Issue.record("another condition")
            return
        }
        #expect(task.success(of: 1).hold == task.success.hold)
        #expect(task.instructionTexts == ["lift the cube", "push the cube aside"])
    }

    @Test func `the seed draws an instruction and a wording, never a held-out one`() throws {
        let task = try Self.twoGoals()
        var texts: Set<String> = []
        for seed: UInt64 in 0..<100 {
            let choice = try task.instruction(seed: seed)
            #expect(try task.instruction(seed: seed) == choice)
            #expect(task.instructions[choice.index].phrases.contains(choice.text))
            texts.insert(choice.text)
        }
        #expect(texts.count == 4 && !texts.contains("up with it"))
        let held = try task.instruction(seed: 5, heldOut: true)
        #expect(held == InstructionChoice(index: 0, text: "up with it"))
        let plain = try TaskFolder.library.task(named: "pick-place")
        #expect(throws: InputError.self) { try plain.instruction(seed: 0, heldOut: true) }
    }

    @Test func `an instruction is known by any of its wordings, whatever their case`() throws {
        let task = try Self.twoGoals()
        #expect(try task.instruction(saying: "  Raise the CUBE. ").index == 0)
        #expect(try task.instruction(saying: "up with it").index == 0)
        #expect(try task.instruction(saying: "Push the cube aside").index == 1)
        let error = try #require(throws: InputError.self) {
            try task.instruction(saying: "push the cube asid")
        }
        #expect(error.nearest.first == "push the cube aside")
        // One thing to do may be said in any words.
        let plain = try TaskFolder.library.task(named: "pick-place")
        #expect(try plain.instruction(saying: "whatever you like").index == 0)
    }

    @Test func `the plant judges and tells what it was asked for`() throws {
        let task = try Self.twoGoals()
        let setup = try TaskSetup(task: task, robot: TaskFolder.panda.get())
        var plant = try setup.makePlant()
        for text in ["take the cube up", "push the cube aside"] {
            let choice = try task.instruction(saying: text)
            try plant.reset(seed: 3, instruction: choice)
            var observation = plant.blankObservation
            plant.sense(into: &observation)
            #expect(observation.instruction == text && plant.instruction == choice)
            #expect(plant.state.condition == task.success(of: choice.index).condition)
        }
    }
}
