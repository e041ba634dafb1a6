import Inference

/// One step along the velocity at a time: `x = z + v(z, epsilon * timeScale)`.
///
/// `t = 0` is noise, `t = 1` data. Source: FlowPolicy, arXiv 2412.04987; its code evaluates at
/// `epsilon = 0.01` and tells the network `99 t`.
public struct FlowSampler: Equatable, Sendable {
    /// The time of the evaluation, in `[0, 1]`.
    public let epsilon: Double
    /// What the network is told is the time multiplied by this.
    public let timeScale: Double

    var times: [UNet.Times] { [UNet.Times(t: epsilon * timeScale)] }

    func sample(
        _ chunks: UnsafeMutableBufferPointer<Float>,
        _ network: UNet,
        workspace: UNetWorkspace
    ) {
        network.step(0, chunks, workspace: workspace) { z, v in z + v }
    }
}
