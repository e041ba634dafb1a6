import Testing

@testable import Runtime

@Suite struct WilsonIntervalTests {
    /// `statsmodels.stats.proportion.proportion_confint(k, n, method="wilson")`.
    @Test(arguments: [
        (0, 10, 0.0, 0.2775327998628892), (10, 10, 0.7224672001371106, 1),
        (9, 10, 0.5958499732047616, 0.9821237869049271),
        (45, 50, 0.7863976856252035, 0.9565242350681097),
        (485, 500, 0.9510963331640543, 0.9817367868020866),
        (1, 3, 0.061491944720396215, 0.7923403991979523),
    ])
    func `bounds are the published formula's`(k: Int, n: Int, lower: Double, upper: Double) {
        let interval = WilsonInterval(successes: k, trials: n)
        #expect(abs(interval.lower - lower) < 1e-12)
        #expect(abs(interval.upper - upper) < 1e-12)
    }

    @Test func `bounds are where the score test just rejects`() {
        for n in [1, 7, 40, 1000] {
            for k in stride(from: 0, through: n, by: max(1, n / 7)) {
                let interval = WilsonInterval(successes: k, trials: n)
                let rate = Double(k) / Double(n)
                #expect(interval.lower <= rate + 1e-15 && rate <= interval.upper + 1e-15)
                for p in [interval.lower, interval.upper] where p > 1e-9 && p < 1 - 1e-9 {
                    let score = abs(rate - p) / (p * (1 - p) / Double(n)).squareRoot()
                    #expect(abs(score - 1.959963984540054) < 1e-6)
                }
            }
        }
    }

    @Test func `no trials say nothing`() {
        let interval = WilsonInterval(successes: 0, trials: 0)
        #expect(interval.lower == 0 && interval.upper == 1)
    }
}
