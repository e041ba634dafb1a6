import Inference

/// Equal steps along a velocity: `x` becomes `x + v(x, t timeScale) / steps`, with `t` from `epsilon`
/// on.
///
/// `t = 0` is noise, `t = 1` data. With one step it is FlowPolicy's sampler (arXiv 2412.04987), whose
/// code evaluates at `epsilon = 0.01` and tells the network `99 t`; with more, Euler's method for plain
/// flow matching (arXiv 2210.02747).
public struct FlowSampler: Equatable, Sendable {
    /// The time of the first evaluation, in `[0, 1]`.
    public let epsilon: Double
    /// What the network is told is the time multiplied by this.
    public let timeScale: Double
    /// Evaluations of the network.
    public let steps: Int

    init(epsilon: Double, timeScale: Double, steps: Int = 1) {
        precondition(steps > 0, "at least one step")
        (self.epsilon, self.timeScale, self.steps) = (epsilon, timeScale, steps)
    }

    var times: [UNet.Times] {
        (0..<steps).map { index in
            let share = Double(index) / Double(steps)
            return UNet.Times(t: (epsilon + (1 - epsilon) * share) * timeScale)
        }
    }

    func sample(
        _ chunks: UnsafeMutableBufferPointer<Float>,
        _ network: UNet,
        workspace: UNetWorkspace
    ) {
        let length = 1 / Float(steps)
        for step in 0..<steps {
            network.step(step, chunks, workspace: workspace) { x, v in x + length * v }
        }
    }
}
