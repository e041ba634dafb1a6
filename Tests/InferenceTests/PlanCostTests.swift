import Testing

@testable import Inference

/// Counts of layers whose taps can be counted on fingers.
@Suite struct PlanCostTests {
    private let golden: Golden

    init() throws { golden = try Golden("layers") }

    @Test(arguments: [
        // Two steps: each output meets both inputs; of five taps the outer two meet none.
        ("conv.2x5x6.k5.s1", 4, 3),
        // Eight steps: all taps meet data, three at each end do not: 8 · 5 - 2 (2 + 1).
        ("conv.8x4x19.k5.s1", 34, 5),
        // One output of two inputs: the first tap meets padding alone.
        ("conv.2x6x6.k3.s2", 2, 2),
    ])
    func `a convolution counts taps that meet data`(name: String, live: Int, kept: Int) throws {
        let numbers = name.split { !$0.isNumber }.compactMap { Int($0) }
        let (steps, inputs, outputs) = (numbers[0], numbers[1], numbers[2])
        var store = WeightStore(golden.file)
        let layer = try Conv1d(
            name,
            inputs: inputs,
            outputs: outputs,
            kernel: numbers[3],
            stride: numbers[4],
            steps: steps,
            from: &store
        )
        #expect(layer.cost.flops == Double(2 * live * inputs * outputs))
        #expect(layer.cost.weightBytes == Double(4 * kept * inputs * outputs))
    }

    @Test func `a transposed convolution of one step keeps one tap of two, twice`() throws {
        var store = WeightStore(golden.file)
        let layer = try ConvTranspose1d(
            "conv_transpose.1x3x5",
            inputs: 3,
            outputs: 5,
            steps: 1,
            from: &store
        )
        #expect(layer.cost == PlanCost(flops: 2 * 2 * 15, weightBytes: 4 * 2 * 15))
    }

    @Test func `weights are read once for many inputs`() {
        let cost = PlanCost(flops: 3, weightBytes: 5)
        #expect(cost.times(4) == PlanCost(flops: 12, weightBytes: 5))
        #expect(cost + cost == PlanCost(flops: 6, weightBytes: 10))
    }
}
