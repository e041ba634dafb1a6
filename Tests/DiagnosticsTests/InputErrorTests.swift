import Testing

@testable import Diagnostics

@Suite struct InputErrorTests {
    @Test func aFullErrorReadsAsOneSentence() {
        let error = InputError(
            file: "tasks/a.yaml",
            line: 7,
            key: "rate",
            expected: "a rate such as 60 Hz",
            found: "60"
        )
        #expect(
            error.description == "tasks/a.yaml:7: rate: expected a rate such as 60 Hz, found 60"
        )
    }

    @Test func anUnknownNameListsTheNearestFirst() {
        let error = InputError.unknown(
            "task",
            name: "pik-place",
            known: ["reach", "pick-place", "push"]
        )
        #expect(error.nearest.first == "pick-place")
        #expect(error.description.contains("nearest known names: pick-place"))
    }

    @Test func theFileIsFilledInOnlyOnce() {
        let error = InputError(expected: "a", found: "b").inFile("x").inFile("y")
        #expect(error.file == "x")
    }

    @Test func aVeryLongNameIsCompared() {
        let name = String(repeating: "z", count: 1_000_000)
        #expect(nearestNames(to: name, among: ["a", "b"]).count == 2)
    }

    @Test func nothingIsNearWhenNothingIsKnown() {
        #expect(nearestNames(to: "a", among: []).isEmpty)
        #expect(nearestNames(to: "", among: ["a"]) == ["a"])
    }
}
