import Diagnostics
import Results
import Robots

/// Seeds as a sweep's file writes them: `0 to 99`, or a list of numbers and such ranges.
enum SweepSeeds {
    /// The most of one cell.
    static let maximum = 1_000_000

    /// Reads one range or a list.
    static func read(_ value: YAMLValue) throws(InputError) -> SeedRanges {
        guard let entries = try? value.list(limit: 10_000) else {
            return SeedRanges(try range(value))
        }
        var seeds: Set<Int> = []
        for entry in entries {
            let range = try range(entry)
            guard seeds.isDisjoint(with: range) else { throw entry.mismatch("each seed once") }
            seeds.formUnion(range)
            guard seeds.count <= maximum else {
                throw value.place.error(expected: "at most \(maximum) seeds", found: "more")
            }
        }
        guard !seeds.isEmpty else {
            throw value.place.error(expected: "at least one seed", found: "an empty list")
        }
        return SeedRanges(seeds)
    }

    private static func range(_ value: YAMLValue) throws(InputError) -> ClosedRange<Int> {
        if let seed = try? value.integer(in: 0...Int.max - maximum) { return seed...seed }
        let words = (try? value.string())?.split(separator: " ") ?? []
        guard words.count == 3, words[1] == "to", let first = Int(words[0]),
            let last = Int(words[2]), first >= 0, first <= last, last <= Int.max - maximum,
            last - first < maximum
        else {
            throw value.mismatch("seeds such as 0 to 99, at most \(maximum), or a list of them")
        }
        return first...last
    }
}
