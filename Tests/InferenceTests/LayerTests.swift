import Testing

@testable import Inference

@Suite struct LayerTests {
    let golden: Golden
    let cases: [String]

    init() throws {
        golden = try Golden("layers")
        cases = golden.file.names.filter { $0.hasSuffix(".input") }.map { String($0.dropLast(6)) }
    }

    /// The numbers in a case's name, such as 8, 4 and 19 in `conv.8x4x19.k5.s1`.
    private func sizes(_ name: String) -> [Int] {
        name.split(whereSeparator: { !$0.isNumber }).compactMap { Int($0) }
    }

    private func named(_ prefix: String) throws -> [String] {
        let found = cases.filter { $0.hasPrefix(prefix + ".") }
        try #require(!found.isEmpty, "no golden for \(prefix)")
        return found
    }

    /// The file, and the parameters of one case under their usual names.
    private func store() -> WeightStore { WeightStore(golden.file) }

    @Test func `linear layers agree with PyTorch`() throws {
        for name in try named("linear") {
            let size = sizes(name)
            var store = store()
            let layer = try Linear(name, inputs: size[1], outputs: size[2], from: &store)
            let output = FloatBuffer(count: size[0] * size[2])
            layer.forward(
                try golden.tensor("\(name).input").values,
                rows: size[0],
                into: output.base
            )
            expectClose(output.values, try golden.tensor("\(name).output"), name)
        }
    }

    @Test func `a folded linear layer equals the whole one`() throws {
        let name = "linear.7x13x17"
        var store = store()
        let row = try golden.tensor("\(name).input").values.prefix(13)
        let folded = try Linear(
            name,
            inputs: 13,
            outputs: 17,
            folding: Array(row.prefix(5)),
            from: &store
        )
        let output = FloatBuffer(count: 17)
        folded.forward(Array(row.dropFirst(5)), rows: 1, into: output.base)
        let whole = try golden.tensor("\(name).output").values.prefix(17)
        expectClose(output.values, Tensor(shape: [17], values: Array(whole)), name)
    }

    @Test func `layer norms agree with PyTorch`() throws {
        for name in try named("layer_norm") {
            let size = sizes(name)
            var store = store()
            let layer = try LayerNorm(name, width: size[1], from: &store)
            let x = try golden.sequence("\(name).input")
            layer.forward(x.row(0), rows: size[0])
            expectClose(x.values, try golden.tensor("\(name).output"), name)
        }
    }

    @Test func `group norms agree with PyTorch`() throws {
        for name in try named("group_norm") {
            let size = sizes(name)
            var store = store()
            let layer = try GroupNorm(name, channels: size[1], groups: size[2], from: &store)
            let x = try golden.sequence("\(name).input")
            layer.forward(x)
            expectClose(x.values, try golden.tensor("\(name).output"), name)
        }
    }

    @Test func `Mish and ReLU agree with PyTorch from -90 to 90`() throws {
        let input = try golden.tensor("mish.input").values
        expectClose(input.map(mish), try golden.tensor("mish.output"), "mish")
        expectClose(input.map(relu), try golden.tensor("relu.output"), "relu")
    }

    @Test func `convolutions agree with PyTorch at every length and stride`() throws {
        for name in try named("conv") {
            let size = sizes(name)
            var store = store()
            let layer = try Conv1d(
                name,
                inputs: size[1],
                outputs: size[2],
                kernel: size[3],
                stride: size[4],
                from: &store
            )
            let input = try golden.sequence("\(name).input")
            let output = SequenceBuffer(
                steps: layer.outputSteps(input.steps),
                channels: layer.outputs
            )
            layer.forward(input, into: output)
            expectClose(output.values, try golden.tensor("\(name).output"), name)
        }
    }

    @Test func `transposed convolutions agree with PyTorch`() throws {
        for name in try named("conv_transpose") {
            let size = sizes(name)
            var store = store()
            let layer = try ConvTranspose1d(name, inputs: size[1], outputs: size[2], from: &store)
            let input = try golden.sequence("\(name).input")
            let output = SequenceBuffer(steps: 2 * input.steps, channels: layer.outputs)
            layer.forward(input, into: output)
            expectClose(output.values, try golden.tensor("\(name).output"), name)
        }
    }

    @Test func `residual blocks agree with PyTorch, folded or not`() throws {
        for name in try named("block") {
            let size = sizes(name)
            let condition = try golden.tensor("\(name).condition").values.map(mish)
            for constant in [0, 4] {
                var store = store()
                let block = try ResidualBlock(
                    name,
                    inputs: size[1],
                    outputs: size[2],
                    condition: condition.count,
                    constant: Array(condition.prefix(constant)),
                    kernel: 5,
                    groups: 4,
                    from: &store
                )
                let output = SequenceBuffer(steps: size[0], channels: block.outputs)
                block.forward(
                    try golden.sequence("\(name).input"),
                    condition: Array(condition.dropFirst(constant)),
                    workspace: ResidualBlockWorkspace(block, steps: size[0]),
                    into: output
                )
                expectClose(output.values, try golden.tensor("\(name).output"), name)
            }
        }
    }

    @Test func `the point encoder agrees with PyTorch`() throws {
        let input = try golden.tensor("points.input")
        let got = try encode(input.values)
        expectClose(got, try golden.tensor("points.output"), "points")
    }

    @Test func `the order of points changes nothing`() throws {
        let input = try golden.tensor("points.input").values
        let points = stride(from: 0, to: input.count, by: 3).map { Array(input[$0..<($0 + 3)]) }
        #expect(try encode(points.reversed().flatMap(\.self)) == encode(input))
    }

    @Test func `repeating points changes nothing`() throws {
        let input = try golden.tensor("points.input").values
        #expect(try encode(input + input.prefix(33) + input.prefix(3)) == encode(input))
    }

    @Test func `sinusoidal embeddings agree with PyTorch`() throws {
        let times = try golden.tensor("sinusoidal.12.input").values
        let got = times.flatMap { sinusoidalEmbedding(Double($0), width: 12) }
        expectClose(got, try golden.tensor("sinusoidal.12.output"), "sinusoidal")
    }

    private func encode(_ cloud: [Float]) throws -> [Float] {
        var store = store()
        let encoder = try PointEncoder(
            "points",
            inputs: 3,
            widths: [7, 9, 18],
            outputs: 5,
            from: &store
        )
        let output = FloatBuffer(count: 5)
        encoder.forward(
            cloud,
            points: cloud.count / 3,
            workspace: encoder.makeWorkspace(),
            into: output.base
        )
        return Array(output.values)
    }
}
