public import Runtime

/// Takes the medoid of the largest cluster of candidates: what most draws agree on, without a critic.
///
/// After KeyStone (arXiv 2605.08638). Two plans belong together when they are closer than the mean
/// distance of all pairs, and clusters are what is so connected: draws round one plan make one
/// cluster, however far they scatter; of two as large the one with the earlier candidate counts.
/// A plan's value is minus its mean distance to the largest cluster's members.
public struct MedoidSelection: SelectionRule {
    private let most: Int
    /// Distances of pairs, `[most, most]`.
    private var distances: [Float]
    /// The cluster of each candidate: the index of its first member.
    private var clusters: [Int]
    private var sizes: [Int]

    /// Creates the rule for at most so many candidates.
    public init(most: Int) {
        self.most = most
        distances = [Float](repeating: 0, count: most * most)
        clusters = [Int](repeating: 0, count: most)
        sizes = clusters
    }

    /// Does nothing: no choice is random.
    public mutating func reset(seed: UInt64) {}

    /// The medoid; `values` then says how far each is from its cluster.
    public mutating func choose(
        _ chunks: [ActionChunk],
        _ values: inout [Float],
        count: Int
    ) -> Int {
        let mean = measure(chunks, count: count)
        link(closerThan: mean, count: count)
        let largest = largestCluster(count: count)
        var best = largest
        for index in 0..<count {
            var sum: Float = 0
            for other in 0..<count where clusters[other] == largest {
                sum += distances[index * most + other]
            }
            values[index] = -sum / Float(sizes[largest])
            if clusters[index] == largest, values[index] > values[best] { best = index }
        }
        return best
    }

    /// Fills in the distances of all pairs; their mean.
    private mutating func measure(_ chunks: [ActionChunk], count: Int) -> Float {
        var sum: Float = 0
        for index in 0..<count {
            for other in 0..<index {
                let distance = Self.distance(chunks[index], chunks[other])
                distances[index * most + other] = distance
                distances[other * most + index] = distance
                sum += distance
            }
            distances[index * most + index] = 0
        }
        return count > 1 ? sum / Float(count * (count - 1) / 2) : 0
    }

    /// Root of the mean squared difference of two plans' numbers.
    private static func distance(_ one: ActionChunk, _ other: ActionChunk) -> Float {
        one.values.withUnsafeBufferPointer { one in
            other.values.withUnsafeBufferPointer { other in
                var sum: Float = 0
                for index in one.indices {
                    let difference = one[index] - other[index]
                    sum += difference * difference
                }
                return (sum / Float(max(1, one.count))).squareRoot()
            }
        }
    }

    /// Finds what is connected: each candidate's cluster is the least index it is connected to.
    private mutating func link(closerThan limit: Float, count: Int) {
        for index in 0..<count { clusters[index] = index }
        for index in 0..<count {
            for other in 0..<index where distances[index * most + other] < limit {
                let (keep, lose) = (
                    min(clusters[index], clusters[other]), max(clusters[index], clusters[other])
                )
                guard keep != lose else { continue }
                for member in 0...index where clusters[member] == lose { clusters[member] = keep }
            }
        }
    }

    private mutating func largestCluster(count: Int) -> Int {
        for index in 0..<count { sizes[index] = 0 }
        for index in 0..<count { sizes[clusters[index]] += 1 }
        var largest = 0
        for index in 0..<count where sizes[index] > sizes[largest] { largest = index }
        return largest
    }
}
