/// The names of `known` closest to `name` by edit distance, nearest first.
///
/// - Parameters:
///   - name: What was typed.
///   - known: The names that exist.
///   - limit: At most this many are returned.
public func nearestNames(to name: String, among known: [String], limit: Int = 5) -> [String] {
    // A name from outside may be as long as a file; its head is enough to compare.
    let typed = Array(name.lowercased().prefix(64))
    let ranked = known.map { (name: $0, distance: editDistance(typed, Array($0.lowercased()))) }
    return ranked.sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }
        .prefix(limit).map(\.name)
}

/// Levenshtein's distance: the fewest insertions, deletions and substitutions.
private func editDistance(_ a: [Character], _ b: [Character]) -> Int {
    guard !a.isEmpty, !b.isEmpty else { return max(a.count, b.count) }
    var row = Array(0...b.count)
    for i in 1...a.count {
        var diagonal = row[0]
        row[0] = i
        for j in 1...b.count {
            let substitution = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)
            diagonal = row[j]
            row[j] = min(row[j] + 1, row[j - 1] + 1, substitution)
        }
    }
    return row[b.count]
}
