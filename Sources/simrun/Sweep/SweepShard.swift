import Diagnostics

/// One of an array's shares: every N-th episode.
struct SweepShard: Equatable {
    /// From 0.
    let index: Int
    let count: Int

    static let maximumCount = 10_000

    init(index: Int, count: Int) {
        self.index = index
        self.count = count
    }

    /// Reads `I/N`.
    init(_ text: String) throws(InputError) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 2, let index = parts[0], let count = parts[1],
            (1...Self.maximumCount).contains(count), (0..<count).contains(index)
        else {
            throw InputError(
                key: "--shard",
                expected: "I/N, such as 0/8: share I of N, from 0",
                found: "\"\(text.prefix(60))\""
            )
        }
        self.init(index: index, count: count)
    }

    /// Whether an episode belongs to it.
    func holds(_ episode: Int) -> Bool { episode % count == index }

    /// The name of its files, such as `003-of-008`.
    var name: String { "\(Self.padded(index))-of-\(Self.padded(count))" }

    private static func padded(_ number: Int) -> String {
        let text = "\(number)"
        return String(repeating: "0", count: max(0, 3 - text.count)) + text
    }
}
