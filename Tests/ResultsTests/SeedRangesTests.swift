import Testing

@testable import Results

@Suite struct SeedRangesTests {
    @Test(
        arguments: [
            ([], ""), ([5], "5"), ([0, 1, 2], "0-2"), ([3, 1, 2, 9, 1], "1-3,9"),
            ([0, 2, 4, 5], "0,2,4-5"),
        ]
    )
    func `seeds become ranges and come back`(seeds: [Int], text: String) throws {
        let ranges = SeedRanges(seeds)
        #expect(ranges.text == text)
        #expect(try #require(SeedRanges(text: text)) == ranges)
    }

    @Test(arguments: ["x", "1,", "-3", "5-4", "1-2-3", "3,3", "4,1", "0-99999999999", " 1"])
    func `anything else is refused`(text: String) {
        #expect(SeedRanges(text: text) == nil)
    }
}
