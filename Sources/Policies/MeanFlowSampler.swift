import Inference

/// Equal steps along the average velocity: `z_r = z_t - (t - r) u(z_t, r, t)`.
///
/// `t = 1` is noise, `t = 0` data. One step is what the network is trained for; more cost an
/// evaluation each. Source: MeanFlow, arXiv 2505.13447, equation 12.
public struct MeanFlowSampler: Equatable, Sendable {
    /// Evaluations of the network.
    public let steps: Int

    /// Creates the sampler.
    ///
    /// - Parameter steps: Evaluations of the network, above 0.
    public init(steps: Int = 1) {
        precondition(steps > 0, "at least one step")
        self.steps = steps
    }

    var times: [UNet.Times] {
        (0..<steps).map { index in
            UNet.Times(
                t: Double(steps - index) / Double(steps),
                r: Double(steps - index - 1) / Double(steps)
            )
        }
    }

    func sample(
        _ chunks: UnsafeMutableBufferPointer<Float>,
        _ network: UNet,
        workspace: UNetWorkspace
    ) {
        let length = 1 / Float(steps)
        for step in 0..<steps {
            network.step(step, chunks, workspace: workspace) { z, u in z - length * u }
        }
    }
}
