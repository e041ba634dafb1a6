import Foundation
import Inference
import Testing

/// Golden tensors written by `python -m simrun_training.goldens`.
struct Golden {
    let file: SafetensorsFile

    init(_ name: String) throws {
        let url = try #require(
            Bundle.module.url(
                forResource: name,
                withExtension: "safetensors",
                subdirectory: "Goldens"
            )
        )
        file = try SafetensorsFile(path: url.path)
    }

    func tensor(_ name: String) throws -> Tensor { try file.tensor(name) }

    /// The names `prefix.SIZES` under which inputs of one layer lie.
    func inputs(_ prefix: String) throws -> [String] {
        let found = file.names
            .filter { $0.hasPrefix(prefix + ".") && $0.hasSuffix(".input") }
            .map { String($0.dropLast(6)) }
        try #require(!found.isEmpty, "no golden for \(prefix)")
        return found
    }

    /// The numbers in a name, in order.
    static func sizes(_ name: String) -> [Int] {
        name.split(whereSeparator: { !$0.isNumber }).compactMap { Int($0) }
    }

    func sequence(_ name: String) throws -> SequenceBuffer {
        let tensor = try tensor(name)
        let buffer = SequenceBuffer(steps: tensor.shape[0], channels: tensor.shape[1])
        buffer.load(tensor.values)
        return buffer
    }
}

/// Both sides are float32 with sums in another order, so they differ by a few units in the last
/// place of the largest term.
let relativeTolerance: Float = 1e-5

/// Requires `got` to equal the golden within 1e-5 of the golden's root mean square plus its value.
func expectClose(
    _ got: some Collection<Float>,
    _ golden: Tensor,
    _ name: String,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(got.count == golden.values.count, "\(name)", sourceLocation: sourceLocation)
    let squares = golden.values.reduce(0) { $0 + Double($1 * $1) }
    let scale = Float((squares / Double(max(1, golden.values.count))).squareRoot())
    var worst: Float = 0
    for (a, b) in zip(got, golden.values) {
        worst = max(worst, abs(a - b) / (abs(b) + scale))
        if !a.isFinite { worst = .infinity }
    }
    #expect(
        worst <= relativeTolerance,
        "\(name): largest relative difference \(worst)",
        sourceLocation: sourceLocation
    )
}
