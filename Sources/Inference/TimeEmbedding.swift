import Diagnostics
import Foundation

/// `[sin(x fᵢ), cos(x fᵢ)]` with `fᵢ = exp(-ln(10000) i / (width/2 - 1))`.
///
/// - Parameters:
///   - x: A time, in the unit of its network.
///   - width: Even, at least 4.
public func sinusoidalEmbedding(_ x: Double, width: Int) -> [Float] {
    let half = width / 2
    let angles = (0..<half).map { x * exp(-log(10000) * Double($0) / Double(half - 1)) }
    return angles.map { Float(sin($0)) } + angles.map { Float(cos($0)) }
}

/// Embeds the times of a network: both of a MeanFlow network, whose embeddings are added, or the one
/// of others.
///
/// The times of a plan are constants, so this runs at load alone.
struct TimeEmbedding {
    private let width: Int
    private let encoders: [(first: Linear, second: Linear)]

    /// Loads `name.time_t` and, with two encoders, `name.time_r`, each `{first,second}.{weight,bias}`.
    init(
        _ name: String,
        width: Int,
        encoders count: Int,
        from store: inout WeightStore
    ) throws(InputError) {
        self.width = width
        var encoders: [(first: Linear, second: Linear)] = []
        for time in ["time_t", "time_r"].prefix(count) {
            let first = try Linear(
                "\(name).\(time).first",
                inputs: width,
                outputs: 4 * width,
                folding: [],
                format: .float32,
                from: &store
            )
            let second = try Linear(
                "\(name).\(time).second",
                inputs: 4 * width,
                outputs: width,
                folding: [],
                format: .float32,
                from: &store
            )
            encoders.append((first, second))
        }
        self.encoders = encoders
    }

    /// The embedding of `t` and, with two encoders, `r`: `width` numbers.
    func callAsFunction(t: Double, r: Double) -> [Float] {
        var total = [Float](repeating: 0, count: width)
        for (time, encoder) in zip([t, r], encoders) {
            let hidden = FloatBuffer(count: 4 * width)
            let output = FloatBuffer(count: width)
            let workspace = ProductWorkspace(inputs: 4 * width)
            sinusoidalEmbedding(time, width: width).withUnsafeBufferPointer { x in
                guard let x = x.baseAddress else { return }
                encoder.first.forward(x, rows: 1, into: hidden.base, workspace: workspace)
            }
            applyMish(hidden.values)
            encoder.second.forward(
                hidden.base,
                rows: 1,
                into: output.base,
                workspace: workspace
            )
            for i in 0..<width { total[i] += output.values[i] }
        }
        return total
    }
}
