/// Which ticks start a policy step, and how far the step has come at a tick.
///
/// A policy step starts at the first tick at or after each multiple of the policy period. A
/// policy rate above the control rate is capped by it: at most one action a tick. The loop counts
/// live ticks here: while it is stuck in one, its policy's clock stands.
public struct PolicySchedule: Equatable, Sendable, BitwiseCopyable {
    /// Policy steps per tick, in `(0, 1]`.
    public let stepsPerTick: Double

    /// Policy steps per second, capped by the control rate.
    public let policyHertz: Double

    /// Creates the schedule of a policy at `policyHertz` in a loop at `controlHertz`.
    public init(policyHertz: Double, controlHertz: Double) {
        stepsPerTick = min(1, policyHertz / controlHertz)
        self.policyHertz = min(policyHertz, controlHertz)
    }

    /// The index of the policy step that tick `tick` belongs to.
    @inlinable
    public func step(atTick tick: Int) -> Int {
        Int((Double(tick) * stepsPerTick + 1e-9).rounded(.down))
    }

    /// The part of a policy period covered at the end of the `elapsed`-th tick since its start.
    ///
    /// - Parameter elapsed: Ticks since the action was taken, 0 in its own tick.
    /// - Returns: A fraction in `(0, 1]`: 1 once the period is over, so that the goal is held.
    @inlinable
    public func fraction(elapsedTicks elapsed: Int) -> Double {
        min(1, Double(elapsed + 1) * stepsPerTick)
    }
}
