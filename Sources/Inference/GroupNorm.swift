public import Diagnostics

/// Group norm of a sequence: each group of channels, over all steps, gets zero mean and unit
/// variance; then scale and shift per channel.
public struct GroupNorm: Sendable {
    /// Width of a row.
    public let channels: Int
    /// Groups of equal width.
    public let groups: Int
    private let scale: [Float]
    private let shift: [Float]

    /// Loads `name.weight` and `name.bias`.
    ///
    /// - Precondition: `groups` divides `channels`.
    public init(
        _ name: String,
        channels: Int,
        groups: Int,
        from store: inout WeightStore
    ) throws(InputError) {
        precondition(channels % groups == 0, "groups must divide the channels")
        self.channels = channels
        self.groups = groups
        scale = try store.take("\(name).weight", shape: [channels]).values
        shift = try store.take("\(name).bias", shape: [channels]).values
    }

    /// Normalises in place, and applies Mish if asked.
    public func forward(_ x: SequenceBuffer, thenMish: Bool = false) {
        scale.withUnsafeBufferPointer { scale in
            shift.withUnsafeBufferPointer { shift in
                let width = channels / groups
                for group in 0..<groups {
                    let (mean, factor) = moments(x, from: group * width, width: width)
                    for step in 0..<x.steps {
                        let y = x.row(step)
                        for c in (group * width)..<((group + 1) * width) {
                            let value = (y[c] - mean) * factor * scale[c] + shift[c]
                            y[c] = thenMish ? mish(value) : value
                        }
                    }
                }
            }
        }
    }

    /// The mean, and one over the standard deviation, of one group over all steps.
    private func moments(_ x: SequenceBuffer, from first: Int, width: Int) -> (Float, Float) {
        let count = Float(x.steps * width)
        var total: Float = 0
        for step in 0..<x.steps {
            let y = x.row(step) + first
            for c in 0..<width { total += y[c] }
        }
        let mean = total / count
        var squares: Float = 0
        for step in 0..<x.steps {
            let y = x.row(step) + first
            for c in 0..<width { squares += (y[c] - mean) * (y[c] - mean) }
        }
        return (mean, 1 / (squares / count + LayerNorm.epsilon).squareRoot())
    }
}
