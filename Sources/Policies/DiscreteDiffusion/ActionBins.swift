import Diagnostics
import Inference

/// The numbers of an action as bins, and what a bin means.
///
/// A dimension of more than two bins spans `low...high` evenly and a bin means its centre; two bins
/// mean `low` and `high`, one means `low`. Training takes the 1st and the 99th percentile of the
/// demonstrations for `low` and `high`, so that outliers do not widen the bins.
public struct ActionBins: Equatable, Sendable {
    /// For each dimension, in the action's units.
    public let low: [Float]
    /// At least `low`.
    public let high: [Float]
    /// For each dimension, 1 to ``LanguageActionShape/bins``.
    public let counts: [Int]
    /// Shape `[dimensions, bins]`, 0 where a dimension has no such bin.
    let values: [Float]

    /// Creates bins.
    ///
    /// - Precondition: One of each for every dimension, ordered and within range.
    public init(low: [Float], high: [Float], counts: [Int]) {
        precondition(low.count == high.count && low.count == counts.count)
        (self.low, self.high, self.counts) = (low, high, counts)
        let most = LanguageActionShape.bins
        var values = [Float](repeating: 0, count: counts.count * most)
        for (dimension, count) in counts.enumerated() {
            precondition((1...most).contains(count) && low[dimension] <= high[dimension])
            let span = high[dimension] - low[dimension]
            for bin in 0..<count {
                values[dimension * most + bin] =
                    switch count {
                    case 1: low[dimension]
                    case 2: bin == 0 ? low[dimension] : high[dimension]
                    default: low[dimension] + span * Float(2 * bin + 1) / Float(2 * count)
                    }
            }
        }
        self.values = values
    }

    /// Numbers of an action.
    public var width: Int { counts.count }

    /// What a bin means, in the action's units.
    func value(_ bin: Int, dimension: Int) -> Float {
        values[dimension * LanguageActionShape.bins + bin]
    }

    /// The bin that a number falls in; of those outside, the outermost.
    func bin(of value: Float, dimension: Int) -> Int {
        let (low, high, count) = (low[dimension], high[dimension], counts[dimension])
        guard count > 1, high > low, value > low else { return 0 }
        let share = (value - low) / (high - low)
        guard share < 1 else { return count - 1 }
        return count == 2 ? Int((share + 0.5).rounded(.down)) : Int(share * Float(count))
    }
}

extension ActionBins {
    /// Reads `low`, `high` and `bins` of an action's section.
    init(_ object: inout StrictObject, count: Int) throws(InputError) {
        let low = try object.floats("low", count: count)
        let high = try object.floats("high", count: count)
        let counts = try object.integers(
            "bins",
            in: 1...LanguageActionShape.bins,
            count: count...count
        )
        for dimension in 0..<count where counts[dimension] > 1 {
            guard low[dimension] < high[dimension] else {
                throw object.error(
                    "high",
                    expected: "more than low[\(dimension)], \(low[dimension])",
                    found: "\(high[dimension])"
                )
            }
        }
        for dimension in 0..<count where low[dimension] > high[dimension] {
            throw object.error(
                "high",
                expected: "at least low[\(dimension)], \(low[dimension])",
                found: "\(high[dimension])"
            )
        }
        self.init(low: low, high: high, counts: counts)
    }
}
