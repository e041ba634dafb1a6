import Runtime

/// How much less often the second of two runs over the same seeds succeeded, with its interval.
///
/// Newcombe's score interval for paired proportions, at 95 %.
/// Source: R. G. Newcombe, "Improved confidence intervals for the difference between binomial
/// proportions based on paired data", Statistics in Medicine 17 (1998), method 10.
struct PairedDifference: Equatable {
    /// The first's success rate less the second's: positive for a loss.
    let loss: Double
    let lower: Double
    let upper: Double

    /// - Parameters:
    ///   - first: Whether each episode succeeded, in seed order; not empty.
    ///   - second: The same of the other run, as many.
    init(_ first: [Bool], _ second: [Bool]) {
        precondition(first.count == second.count && !first.isEmpty, "pairs are over equal seeds")
        let pairs = zip(first, second)
        self.init(
            both: pairs.count { $0 && $1 },
            firstOnly: pairs.count { $0 && !$1 },
            secondOnly: pairs.count { !$0 && $1 },
            neither: pairs.count { !$0 && !$1 }
        )
    }

    /// From the counts of the four kinds of pairs.
    init(both: Int, firstOnly: Int, secondOnly: Int, neither: Int) {
        let (a, b) = (Double(both), Double(firstOnly))
        let (c, d) = (Double(secondOnly), Double(neither))
        let trials = both + firstOnly + secondOnly + neither
        let n = a + b + c + d
        let first = WilsonInterval(successes: both + firstOnly, trials: trials)
        let second = WilsonInterval(successes: both + secondOnly, trials: trials)
        let (p1, p2) = ((a + b) / n, (a + c) / n)
        loss = (b - c) / n

        // The correlation of the two, corrected for continuity where it is positive.
        let margins = (a + b) * (c + d) * (a + c) * (b + d)
        let cross = a * d - b * c
        let corrected = cross > 0 ? max(cross - n / 2, 0) : cross
        let phi = margins > 0 ? corrected / margins.squareRoot() : 0
        func distance(_ x: Double, _ y: Double) -> Double {
            max(0, x * x - 2 * phi * x * y + y * y).squareRoot()
        }
        lower = loss - distance(p1 - first.lower, second.upper - p2)
        upper = loss + distance(first.upper - p1, p2 - second.lower)
    }
}
