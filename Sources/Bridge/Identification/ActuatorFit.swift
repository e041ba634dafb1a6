/// The delay and the lag of an arm's actuators that fit its motion best.
///
/// The model is the simulation's: a command travels for the delay, passes the first-order lag, and then the
/// joint's motor closes on it with the time constant of robot.yaml. So what is found here, written into
/// robot.yaml, makes the simulated joint move as the real one did.
public struct ActuatorFit: Equatable, Sendable {
    /// In seconds, from 0 to ``longestDelay``.
    public var delay: Double
    /// In seconds, from 0 to ``longestLag``.
    public var lag: Double
    /// The root of the mean squared distance between model and joints, in radians.
    public var error: Double

    /// What is looked for at most, in seconds.
    public static let longestDelay = 0.12
    /// What is looked for at most, in seconds.
    public static let longestLag = 0.2

    /// Fits one delay and one lag to all records; nil without any.
    public init?(_ records: [MotionRecord]) {
        guard !records.isEmpty else { return nil }
        func cost(_ delay: Double, _ lag: Double) -> Double {
            var sum = 0.0
            for record in records {
                let error = record.error(delay: delay, lag: lag)
                sum += error * error
            }
            return (sum / Double(records.count)).squareRoot()
        }
        // A valley with one bottom: a coarse grid finds it, finer ones close in.
        var best = (delay: 0.0, lag: 0.0, cost: Double.infinity)
        var (delayStep, lagStep) = (8e-3, 20e-3)
        var delays = Array(stride(from: 0, through: Self.longestDelay, by: delayStep))
        var lags = Array(stride(from: 0, through: Self.longestLag, by: lagStep))
        for _ in 0..<6 {
            for delay in delays {
                for lag in lags {
                    let found = cost(delay, lag)
                    if found < best.cost { best = (delay, lag, found) }
                }
            }
            (delayStep, lagStep) = (delayStep / 2, lagStep / 2)
            delays = Self.round(best.delay, delayStep, Self.longestDelay)
            lags = Self.round(best.lag, lagStep, Self.longestLag)
        }
        delay = best.delay
        lag = best.lag
        error = best.cost
    }

    private static func round(_ middle: Double, _ step: Double, _ most: Double) -> [Double] {
        (-3...3).map { min(max(middle + Double($0) * step, 0), most) }
    }
}
