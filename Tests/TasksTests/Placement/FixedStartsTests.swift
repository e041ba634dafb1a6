import Testing

@testable import Tasks

@Suite struct FixedStartsTests {
    @Test func `arrangements are all ordered choices, each once`() {
        let all = (0..<12).map { FixedStarts.arrangement($0, of: 4, taken: 2) }
        #expect(Set(all.map { $0[0] * 4 + $0[1] }).count == 12)
        #expect(all.allSatisfy { $0[0] != $0[1] && $0.allSatisfy((0..<4).contains) })
        #expect(FixedStarts.Factor.arrangements(of: 4, taken: 2) == 12)
        #expect(FixedStarts.Factor.arrangements(of: 1, taken: 2) == 0)
    }
}
