import Diagnostics
import Runtime

/// The delays that a search may try: whole multiples of a whole number of physics timesteps.
struct DelaySteps {
    /// The finest search that makes sense by default.
    private static let standard = TimeSpan.milliseconds(2)

    /// Physics timesteps in one step.
    let substeps: Int
    /// The greatest delay, in steps.
    let count: Int
    private let rate: ControlRate

    /// - Parameters:
    ///   - asked: The resolution asked for; rounded up to whole timesteps.
    ///   - longest: The greatest delay; rounded down to whole steps.
    init(asked: TimeSpan?, longest: TimeSpan, rate: ControlRate) throws(InputError) {
        self.rate = rate
        substeps = max(1, rate.substeps(covering: asked ?? Self.standard))
        let step = rate.instant(afterSubsteps: substeps)
        count = Int(longest.nanoseconds / step.nanoseconds)
        guard count >= 1 else {
            throw InputError(
                key: "--max",
                expected: "at least one step of \(step.printedMilliseconds.short) ms",
                found: "\(longest.printedMilliseconds.short) ms"
            )
        }
    }

    /// So many steps as a time.
    func delay(_ steps: Int) -> TimeSpan { rate.instant(afterSubsteps: steps * substeps) }
}
