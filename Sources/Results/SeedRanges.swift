/// A set of seeds written as ranges, such as `0-99,200,300-349`.
public struct SeedRanges: Equatable, Sendable {
    /// The seeds, ascending, each once.
    public let seeds: [Int]

    /// Creates a set; order and repetition do not matter.
    public init(_ seeds: some Sequence<Int>) {
        self.seeds = Set(seeds).sorted()
    }

    /// Reads what ``text`` wrote; nil for anything else, or for more than `limit` seeds.
    public init?(text: String, limit: Int = 10_000_000) {
        var seeds: [Int] = []
        guard !text.isEmpty else {
            self.seeds = []
            return
        }
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
                .map { Int($0) }
            guard let first = ends.first ?? nil, let last = ends.last ?? nil, first <= last,
                first > seeds.last ?? -1, last - first < limit - seeds.count
            else { return nil }
            seeds += first...last
        }
        self.seeds = seeds
    }

    /// The ranges, ascending, with commas between.
    public var text: String {
        var parts: [String] = []
        var index = seeds.startIndex
        while index < seeds.endIndex {
            let first = seeds[index]
            var last = first
            while index + 1 < seeds.endIndex, seeds[index + 1] == last + 1 {
                index += 1
                last = seeds[index]
            }
            parts.append(first == last ? "\(first)" : "\(first)-\(last)")
            index += 1
        }
        return parts.joined(separator: ",")
    }
}
