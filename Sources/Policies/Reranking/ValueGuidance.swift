import Foundation
public import Runtime
import Spatial

/// Chooses by a critic's values: V-GPS (arXiv 2410.13816).
///
/// A candidate's value is the least of the ensemble's. At temperature B the choice is drawn with
/// probabilities `softmax(values / B)`; at 0 it is the greatest.
public struct ValueGuidance: SelectionRule {
    private let evaluation: CriticEvaluation
    private let temperature: Double
    private var stream = RandomStream(seed: 0, stream: RandomSelection.key)

    /// Creates the rule.
    ///
    /// - Parameters:
    ///   - critic: The critic; shared.
    ///   - temperature: In units of value, at least 0.
    ///   - wave: Candidates valued at a time, at most.
    public init(critic: CriticModel, temperature: Double, wave: Int) {
        precondition(temperature >= 0, "a temperature of at least 0")
        evaluation = CriticEvaluation(model: critic, most: wave)
        self.temperature = temperature
    }

    /// Keys the choices by `seed`.
    public mutating func reset(seed: UInt64) {
        stream = RandomStream(seed: seed, stream: RandomSelection.key)
    }

    /// Encodes the observation.
    public mutating func begin(_ observation: Observation) throws(LoopFault) {
        try evaluation.observe(observation)
    }

    /// The critic's values.
    public mutating func value(
        _ chunks: [ActionChunk],
        _ range: Range<Int>,
        into values: inout [Float]
    ) throws(LoopFault) {
        evaluation.value(chunks, range, into: &values)
    }

    /// The best, or one drawn by the values.
    public mutating func choose(
        _ chunks: [ActionChunk],
        _ values: inout [Float],
        count: Int
    ) -> Int {
        var best = 0
        for index in 0..<count where values[index].isFinite {
            if !values[best].isFinite || values[index] > values[best] { best = index }
        }
        guard temperature > 0 else { return best }
        let greatest = Double(values[best])
        var total = 0.0
        for index in 0..<count where values[index].isFinite {
            total += exp((Double(values[index]) - greatest) / temperature)
        }
        var left = stream.uniform() * total
        for index in 0..<count where values[index].isFinite {
            left -= exp((Double(values[index]) - greatest) / temperature)
            if left < 0 { return index }
        }
        return best
    }
}
