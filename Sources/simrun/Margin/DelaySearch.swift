/// Finds the largest delay that keeps success within a bound of success at zero delay.
///
/// Success need not fall steadily with the delay, so the search first doubles the delay until
/// even the loss's lower bound is over the bound, and then halves the gap in which each of three
/// bounds is crossed first. What it states holds at every delay that was tried up to there.
struct DelaySearch {
    /// How much of success may be lost, as a rate.
    let tolerance: Double
    /// The largest delay that is tried, in steps.
    let last: Int
    private let baseline: [Bool]
    /// The loss at each delay that was tried, by its steps.
    private(set) var losses: [Int: PairedDifference] = [:]

    /// What a delay may keep to, each laxer than the one before.
    enum Bound: CaseIterable {
        /// The interval's upper end is within the tolerance: the loss surely is.
        case surely
        /// The loss itself is.
        case observed
        /// The interval's lower end is: the loss may be.
        case possibly
    }

    /// - Parameters:
    ///   - baseline: Whether each episode succeeded at zero delay, in seed order.
    ///   - tolerance: How much may be lost, as a rate.
    ///   - last: The largest delay to try, in steps.
    init(baseline: [Bool], tolerance: Double, last: Int) {
        self.baseline = baseline
        self.tolerance = tolerance
        self.last = last
    }

    /// Runs the search.
    ///
    /// - Parameter outcome: Whether each episode succeeded at so many steps of delay, in seed
    ///   order; nil stops the search.
    /// - Returns: Whether it came to its end.
    mutating func run(outcome: (Int) throws -> [Bool]?) rethrows -> Bool {
        var step = 1
        while true {
            step = min(step, last)
            guard try attempt(step, outcome) else { return false }
            if step == last || !keeps(.possibly, step) { break }
            step *= 2
        }
        // A delay tried for one bound may show that another is crossed earlier.
        while let middle = Bound.allCases.compactMap(middleOfGap).first {
            guard try attempt(middle, outcome) else { return false }
        }
        return true
    }

    /// The largest tried delay up to which, and at which, `bound` was kept, in steps.
    func largest(_ bound: Bound) -> Int {
        losses.keys.sorted().prefix { keeps(bound, $0) }.last ?? 0
    }

    /// The smallest tried delay that may not be tolerated any more, else the last, in steps.
    var surelyCrossed: Int { losses.keys.sorted().first { !keeps(.possibly, $0) } ?? last }

    private mutating func attempt(
        _ step: Int,
        _ outcome: (Int) throws -> [Bool]?
    ) rethrows -> Bool {
        guard let episodes = try outcome(step) else { return false }
        losses[step] = PairedDifference(baseline, episodes)
        return true
    }

    private func keeps(_ bound: Bound, _ step: Int) -> Bool {
        guard let loss = losses[step] else { return false }
        // Rates are quotients of counts: a loss of exactly the tolerance is within it.
        let most = tolerance + 1e-9
        return switch bound {
        case .surely: loss.upper <= most
        case .observed: loss.loss <= most
        case .possibly: loss.lower <= most
        }
    }

    /// The middle between the last delay that keeps `bound` and the next tried one, if apart.
    private func middleOfGap(_ bound: Bound) -> Int? {
        let kept = largest(bound)
        guard let next = losses.keys.sorted().first(where: { $0 > kept }), next - kept > 1 else {
            return nil
        }
        return kept + (next - kept) / 2
    }
}
