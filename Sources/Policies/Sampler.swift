import Inference

/// How a network turns noise into normalised actions.
///
/// Each kind is a file of its own. Nothing here allocates.
public enum Sampler: Equatable, Sendable {
    /// Steps along the average velocity, one as a rule.
    case meanFlow(MeanFlowSampler)
    /// Steps along a velocity.
    case flow(FlowSampler)
    /// Denoising, step by step.
    case diffusion(DiffusionSampler)

    /// The times at which the network is evaluated, in order.
    var times: [UNet.Times] {
        switch self {
        case .meanFlow(let sampler): sampler.times
        case .flow(let sampler): sampler.times
        case .diffusion(let sampler): sampler.times
        }
    }

    /// How often a plan evaluates the network.
    public var evaluations: Int { times.count }

    /// Samples every candidate under the observation that the workspace has taken in.
    ///
    /// - Parameters:
    ///   - chunks: `[horizon, actionWidth]` of each candidate; noise in, normalised actions out.
    ///   - network: Loaded with ``times``.
    ///   - workspace: Scratch made for the network.
    func sample(
        _ chunks: UnsafeMutableBufferPointer<Float>,
        _ network: UNet,
        workspace: UNetWorkspace
    ) {
        switch self {
        case .meanFlow(let sampler): sampler.sample(chunks, network, workspace: workspace)
        case .flow(let sampler): sampler.sample(chunks, network, workspace: workspace)
        case .diffusion(let sampler): sampler.sample(chunks, network, workspace: workspace)
        }
    }
}

extension UNet {
    /// Evaluates the network on chunks at one of its times, and changes each number by what it
    /// predicts for it.
    ///
    /// - Parameters:
    ///   - time: Which of the network's times.
    ///   - chunks: `[horizon, actionWidth]` of each candidate.
    ///   - workspace: Scratch made for this network.
    ///   - step: From a number and its prediction, the number that takes its place.
    @inline(__always)
    func step(
        _ time: Int,
        _ chunks: UnsafeMutableBufferPointer<Float>,
        workspace: UNetWorkspace,
        _ step: (Float, Float) -> Float
    ) {
        guard var chunk = chunks.baseAddress else { return }
        let output = workspace.output
        let size = output.steps * output.channels
        assert(chunks.count == workspace.candidates * size)
        for candidate in 0..<workspace.candidates {
            workspace.input.load(chunk + candidate * size, candidate: candidate)
        }
        forward(time: time, workspace: workspace)
        for candidate in 0..<workspace.candidates {
            for row in 0..<output.steps {
                let prediction = output.row(row, candidate: candidate)
                for i in 0..<output.channels { chunk[i] = step(chunk[i], prediction[i]) }
                chunk += output.channels
            }
        }
    }
}
