import Diagnostics
import Testing

@testable import Sensing

@Suite struct InstructionSetTests {
    @Test func scalarAndBaselineAreAlwaysThere() {
        #expect(InstructionSet.scalar.isAvailable)
        #expect(InstructionSet.sse2.isAvailable)
        #expect(InstructionSet.widest.isAvailable)
    }

    @Test func anUnsetNameGivesTheWidest() throws {
        #expect(try InstructionSet.selected(by: nil) == .widest)
        #expect(try InstructionSet.selected(by: "") == .widest)
        #expect(try InstructionSet.selected(by: "scalar") == .scalar)
    }

    @Test func anUnknownNameIsRefusedWithTheNearest() {
        let error = #expect(throws: InputError.self) { try InstructionSet.selected(by: "sse3") }
        #expect(error?.nearest.first == "sse2")
    }
}
