/// Wilson's score interval for a success rate, at 95 %.
///
/// Source: E. B. Wilson, "Probable inference", JASA 22 (1927).
public struct WilsonInterval: Equatable, Sendable {
    /// The lower bound, in `[0, 1]`.
    public let lower: Double
    /// The upper bound, in `[0, 1]`.
    public let upper: Double

    /// The interval for `successes` out of `trials`; the whole range for no trials.
    public init(successes: Int, trials: Int) {
        guard trials > 0 else {
            lower = 0
            upper = 1
            return
        }
        let z = 1.959963984540054
        let n = Double(trials)
        let rate = Double(successes) / n
        let centre = rate + z * z / (2 * n)
        let spread = z * (rate * (1 - rate) / n + z * z / (4 * n * n)).squareRoot()
        let scale = 1 + z * z / n
        // At the ends the bounds are 0 and 1 but for rounding.
        lower = successes == 0 ? 0 : max(0, (centre - spread) / scale)
        upper = successes == trials ? 1 : min(1, (centre + spread) / scale)
    }
}
