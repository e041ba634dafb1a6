import Inference

/// One step along the average velocity: `x = z - u(z, r = 0, t = 1)`.
///
/// `t = 1` is noise, `t = 0` data. Source: MeanFlow, arXiv 2505.13447, equation 12.
public struct MeanFlowSampler: Equatable, Sendable {
    /// Creates the sampler.
    public init() {}

    var times: [UNet.Times] { [.whole] }

    func sample(
        _ chunks: UnsafeMutableBufferPointer<Float>,
        _ network: UNet,
        workspace: UNetWorkspace
    ) {
        network.step(0, chunks, workspace: workspace) { z, u in z - u }
    }
}
