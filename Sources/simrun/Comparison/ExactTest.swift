import Foundation

/// Exact tests on counts, by sums of their distributions' probabilities.
///
/// Sources: Q. McNemar, Psychometrika 12 (1947); R. A. Fisher, "The Design of Experiments" (1935).
enum ExactTest {
    /// The chance of at least `count` heads in `trials` throws of a fair coin.
    static func binomialTail(atLeast count: Int, of trials: Int) -> Double {
        precondition(0 <= count && count <= trials, "a count of the trials")
        let log = LogFactorials(upTo: trials)
        let halves = Double(trials) * Foundation.log(0.5)
        return min(1, (count...trials).reduce(0) { $0 + exp(log.choose(trials, $1) + halves) })
    }

    /// McNemar's test of paired outcomes: how likely at least so many pairs speak for a loss, were
    /// both sides alike.
    ///
    /// - Parameters:
    ///   - lost: Pairs in which the first alone succeeded.
    ///   - gained: Pairs in which the second alone succeeded.
    static func mcNemarLoss(lost: Int, gained: Int) -> Double {
        binomialTail(atLeast: lost, of: lost + gained)
    }

    /// McNemar's test against a difference in either direction.
    static func mcNemar(lost: Int, gained: Int) -> Double {
        min(1, 2 * binomialTail(atLeast: max(lost, gained), of: lost + gained))
    }

    /// Fisher's test: how likely the second has so few of all successes, were both sides alike.
    ///
    /// - Parameters:
    ///   - first: Successes and trials of one side.
    ///   - second: Successes and trials of the other.
    static func fisherLoss(
        first: (successes: Int, trials: Int),
        second: (successes: Int, trials: Int)
    ) -> Double {
        let table = Hypergeometric(first: first, second: second)
        let upper = second.successes
        return min(1, (table.least...max(table.least, upper)).reduce(0) { $0 + table.chance($1) })
    }

    /// Fisher's test against a difference in either direction: all tables no likelier than this.
    static func fisher(
        first: (successes: Int, trials: Int),
        second: (successes: Int, trials: Int)
    ) -> Double {
        let table = Hypergeometric(first: first, second: second)
        // Equal chances may differ in the last bits.
        let bound = table.chance(second.successes) * (1 + 1e-9)
        return min(
            1,
            (table.least...table.most).reduce(0) {
                let chance = table.chance($1)
                return chance <= bound ? $0 + chance : $0
            }
        )
    }
}

/// How the successes of two sides fall to the second, when both are alike.
private struct Hypergeometric {
    private let log: LogFactorials
    private let successes: Int
    private let firstTrials: Int
    private let secondTrials: Int

    init(first: (successes: Int, trials: Int), second: (successes: Int, trials: Int)) {
        precondition(
            (0...first.trials).contains(first.successes)
                && (0...second.trials).contains(second.successes),
            "successes of the trials"
        )
        log = LogFactorials(upTo: first.trials + second.trials)
        successes = first.successes + second.successes
        firstTrials = first.trials
        secondTrials = second.trials
    }

    /// The fewest successes that the second side can have, and the most.
    var least: Int { max(0, successes - firstTrials) }
    var most: Int { min(successes, secondTrials) }

    /// The chance that the second side has `count` of them.
    func chance(_ count: Int) -> Double {
        exp(
            log.choose(secondTrials, count) + log.choose(firstTrials, successes - count)
                - log.choose(firstTrials + secondTrials, successes)
        )
    }
}

/// Logarithms of factorials, so that no count overflows.
private struct LogFactorials {
    private let table: [Double]

    init(upTo count: Int) {
        var table = [0.0]
        table.reserveCapacity(count + 1)
        for n in 1...max(1, count) { table.append(table[n - 1] + log(Double(n))) }
        self.table = table
    }

    func choose(_ n: Int, _ k: Int) -> Double { table[n] - table[k] - table[n - k] }
}
