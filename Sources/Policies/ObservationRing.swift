import Inference
import Runtime

/// The newest observations of an episode, from which a plan picks those that its policy looks at.
///
/// An observation is packed when it arrives and encoded when a plan first needs it, so that what no
/// plan looks at costs little. Nothing here allocates after `init`.
struct ObservationRing {
    private struct Slot {
        let packing: ObservationPacking
        let features: FloatBuffer
        var capturedAt = TimeSpan.zero
        var isEncoded = false
    }

    private let model: UNetModel
    private let workspace: ObservationEncoderWorkspace
    private let period: TimeSpan
    private var slots: [Slot]
    /// Observations added since the episode began.
    private var added = 0

    init(model: UNetModel) {
        self.model = model
        workspace = model.encoder.makeWorkspace()
        let manifest = model.manifest
        period = .seconds(1 / manifest.policyRateHz)
        let depth = (manifest.network.observationSteps - 1) * manifest.observationStride + 1
        slots = (0..<depth).map { _ in
            Slot(
                packing: ObservationPacking(cloud: manifest.cloud, features: manifest.features),
                features: FloatBuffer(count: manifest.network.stepFeatures)
            )
        }
    }

    /// Starts an episode.
    mutating func clear() { added = 0 }

    /// Keeps the newest observation in place of the oldest; one of the same instant takes its
    /// earlier self's place, so that several plans of one observation see one history.
    mutating func add(_ observation: Observation) throws(LoopFault) {
        let newest = (added + slots.count - 1) % slots.count
        let isAgain = added > 0 && slots[newest].capturedAt == observation.capturedAt
        let index = isAgain ? newest : added % slots.count
        try slots[index].packing.pack(observation)
        slots[index].capturedAt = observation.capturedAt
        slots[index].isEncoded = false
        if !isAgain { added += 1 }
    }

    /// Writes the features of all observation steps, oldest first, up to the newest observation.
    mutating func gather(into features: FloatBuffer) {
        let shape = model.manifest.network
        for step in 0..<shape.observationSteps {
            let age = (shape.observationSteps - 1 - step) * model.manifest.observationStride
            let index = slot(periodsAgo: age)
            encode(index)
            let output = features.base + step * shape.stepFeatures
            output.update(from: slots[index].features.base, count: shape.stepFeatures)
        }
    }

    /// The slot of the observation nearest to so many policy periods before the newest.
    ///
    /// By time and not by count, because a late loop skips observations, and motion judged from two
    /// frames needs them as far apart as in training. Early in an episode the first one stands in.
    private func slot(periodsAgo count: Int) -> Int {
        precondition(added > 0, "no observation yet")
        let newest = (added - 1) % slots.count
        guard count > 0 else { return newest }
        let wanted = slots[newest].capturedAt.nanoseconds - Int64(count) * period.nanoseconds
        var best = newest
        var least = Int64.max
        // From the oldest, so that it wins a tie.
        for number in max(0, added - slots.count)..<added {
            let index = number % slots.count
            let distance = abs(slots[index].capturedAt.nanoseconds - wanted)
            if distance < least { (best, least) = (index, distance) }
        }
        return best
    }

    private mutating func encode(_ index: Int) {
        guard !slots[index].isEncoded else { return }
        model.encoder.forward(
            cloud: slots[index].packing.cloud.base,
            points: model.manifest.cloud.points,
            state: slots[index].packing.state.base,
            workspace: workspace,
            into: slots[index].features.base
        )
        slots[index].isEncoded = true
    }
}
