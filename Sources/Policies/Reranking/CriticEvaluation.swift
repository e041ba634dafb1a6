import Inference
import Runtime

/// A critic's workspace: values candidates of one observation, without allocation.
final class CriticEvaluation {
    private let model: CriticModel
    private let packing: ObservationPacking
    private let encoding: ObservationEncoderWorkspace
    private let features: FloatBuffer
    /// The observation's part of each head's first layer.
    private let parts: [FloatBuffer]
    private let actions: FloatBuffer
    private let hidden: FloatBuffer
    private let next: FloatBuffer
    private let product: ProductWorkspace
    private let most: Int

    /// Creates scratch for at most `most` candidates at a time.
    init(model: CriticModel, most: Int) {
        self.model = model
        self.most = most
        let manifest = model.manifest
        packing = ObservationPacking(cloud: manifest.cloud, features: manifest.features)
        encoding = model.encoder.makeWorkspace()
        features = FloatBuffer(count: manifest.encoder.stepFeatures)
        parts = model.heads.map { _ in FloatBuffer(count: manifest.headWidths[0]) }
        let input = manifest.actions * manifest.actionNames.count
        let widest = max(1, manifest.headWidths.max() ?? 1)
        actions = FloatBuffer(count: most * input)
        hidden = FloatBuffer(count: most * widest)
        next = FloatBuffer(count: most * widest)
        product = ProductWorkspace(inputs: max(features.count, most * max(input, widest)))
    }

    /// Takes in the observation that the next candidates were drawn for.
    func observe(_ observation: Observation) throws(LoopFault) {
        try packing.pack(observation)
        model.encoder.forward(
            cloud: packing.cloud.base,
            points: model.manifest.cloud.points,
            state: packing.state.base,
            workspace: encoding,
            into: features.base
        )
        for (head, part) in zip(model.heads, parts) {
            head.observation.forward(features.base, rows: 1, into: part.base, workspace: product)
        }
    }

    /// Values candidates: of each the least of the heads' values, or one that is not finite.
    func value(_ chunks: [ActionChunk], _ range: Range<Int>, into values: inout [Float]) {
        precondition(range.count <= most, "no more candidates than there is room for")
        let width = model.manifest.actions * model.manifest.actionNames.count
        for (row, index) in range.enumerated() {
            chunks[index].values.withUnsafeBufferPointer { numbers in
                for place in 0..<width { actions.base[row * width + place] = numbers[place] }
            }
        }
        for number in model.heads.indices {
            let result = evaluate(number, rows: range.count)
            for (row, index) in range.enumerated() {
                let value = result[row]
                // A comparison with what is not a number is false: it must not hide.
                values[index] =
                    number == 0 || !value.isFinite || value < values[index] ? value : values[index]
            }
        }
    }

    /// A head's values of the first `rows` actions.
    private func evaluate(_ number: Int, rows: Int) -> UnsafePointer<Float> {
        let head = model.heads[number]
        let width = parts[number].count
        for row in 0..<rows {
            (hidden.base + row * width).update(from: parts[number].base, count: width)
        }
        head.action.forward(
            actions.base,
            rows: rows,
            into: hidden.base,
            accumulating: true,
            workspace: product
        )
        var (input, output) = (hidden, next)
        for layer in head.layers {
            model.activation.forward(input.base, count: rows * layer.inputs)
            layer.forward(input.base, rows: rows, into: output.base, workspace: product)
            swap(&input, &output)
        }
        return UnsafePointer(input.base)
    }
}
