import Foundation
import Inference

/// Denoising by DDIM with a network that predicts the clean actions `x0`.
///
/// Time counts training steps: the last is noise, 0 data. Sources: DDIM, arXiv 2010.02502, equation
/// 12 with sigma 0; the squared-cosine schedule, arXiv 2102.09672; DP3, arXiv 2403.03954.
public struct DiffusionSampler: Equatable, Sendable {
    /// What is taken for the noise in a sample.
    public enum Form: String, CaseIterable, Sendable {
        /// What `x0` leaves of the sample: `(x - sqrt(a) x0) / sqrt(1 - a)`.
        case correct
        /// `x0` itself, as diffusers did up to 0.14 (its issue 1486); DP3 pins such a release.
        case legacy
    }

    /// A step: `x` becomes `keep x + clean x0 + clipped clip(x0)`.
    struct Step: Equatable, Sendable {
        let time: Double
        let keep: Float
        let clean: Float
        let clipped: Float
    }

    /// The bound of `x0` where it is not the noise's measure.
    public let clip: Float
    /// The noise's form.
    public let form: Form
    /// From noise to data.
    let steps: [Step]

    /// Plans the steps.
    ///
    /// - Parameters:
    ///   - count: Evaluations of the network, at most `trainingSteps`.
    ///   - trainingSteps: Steps of the schedule.
    ///   - clip: The bound of `x0`, above 0.
    ///   - form: The noise's form.
    public init(steps count: Int, trainingSteps: Int, clip: Float, form: Form) {
        precondition(0 < count && count <= trainingSteps, "no more steps than in training")
        (self.clip, self.form) = (clip, form)
        let products = Self.products(trainingSteps)
        let stride = trainingSteps / count
        steps = (0..<count).reversed().map { index in
            let now = products[index * stride]
            let then = index > 0 ? products[(index - 1) * stride] : 1
            let noise = (1 - then).squareRoot()
            let keep = form == .correct ? noise / (1 - now).squareRoot() : 0
            return Step(
                time: Double(index * stride),
                keep: Float(keep),
                clean: Float(form == .correct ? -keep * now.squareRoot() : noise),
                clipped: Float(then.squareRoot())
            )
        }
    }

    var times: [UNet.Times] { steps.map { UNet.Times(t: $0.time) } }

    /// For each training step, the share of the data's variance that is left: the products of
    /// `1 - beta`, with beta from the squared cosine and at most 0.999.
    static func products(_ count: Int) -> [Double] {
        func level(_ step: Int) -> Double {
            let x = cos((Double(step) / Double(count) + 0.008) / 1.008 * .pi / 2)
            return x * x
        }
        var product = 1.0
        return (0..<count).map { step in
            product *= 1 - min(1 - level(step + 1) / level(step), 0.999)
            return product
        }
    }

    func sample(
        _ chunks: UnsafeMutableBufferPointer<Float>,
        _ network: UNet,
        workspace: UNetWorkspace
    ) {
        for (index, step) in steps.enumerated() {
            network.step(index, chunks, workspace: workspace) { x, clean in
                let clipped = min(max(clean, -clip), clip)
                return step.keep * x + step.clean * clean + step.clipped * clipped
            }
        }
    }
}
