import Testing

@testable import Tasks

@Suite struct LanguageTaskTests {
    private func task() throws -> TaskDefinition {
        try TaskFolder.library.task(named: "language")
    }

    @Test func `one scene, twenty things to do, of LIBERO's four kinds`() throws {
        let task = try task()
        #expect(task.instructions.count >= 20)
        for kind in Instruction.Kind.allCases {
            #expect(task.instructions.count { $0.kind == kind } >= 4, "\(kind)")
        }
        #expect(task.scene.count { $0.kind == .dynamic } == 9)
        #expect(task.fixtures.map(\.name) == ["drawer"])
        #expect(Set(task.cameras.map(\.mount)) == [.world, .tool])
    }

    @Test func `each has its own answer, paraphrases, and wordings held out`() throws {
        let instructions = try task().instructions
        for (index, one) in instructions.enumerated() {
            #expect(!one.paraphrases.isEmpty && !one.heldOut.isEmpty, "\(one.text)")
            for other in instructions.dropFirst(index + 1) {
                #expect(one.condition != other.condition, "\(one.text) and \(other.text)")
            }
        }
        let wordings = instructions.flatMap { $0.phrases + $0.heldOut }
        #expect(Set(wordings).count == wordings.count)
    }

    @Test func `what one instruction asks for is not what the others do`() throws {
        // The red can stands on the plate: done is that, and nothing else.
        let task = try task()
        let setup = try TaskSetup(task: task, robot: TaskFolder.panda.get())
        let plant = try setup.makePlant()
        let state = plant.state
        let index = { (name: String) in task.scene.firstIndex { $0.name == name } }
        let can = try #require(index("red-can"))
        let plate = try #require(index("plate"))
        state.worldFromObject[can].translation = state.worldFromObject[plate].translation
        state.worldFromObject[can].translation.z += 0.032
        state.add(Touch(first: .object(can), second: .object(plate)))
        let done = task.instructions.indices.filter { task.success(of: $0).holds(in: state) }
        #expect(done.map { task.instructions[$0].text } == ["put the red can on the plate"])
    }

    @Test func `three hundred seeds draw them all`() throws {
        let task = try task()
        let drawn = try (0..<300).map { try task.instruction(seed: $0).index }
        #expect(Set(drawn).count == task.instructions.count)
    }
}
