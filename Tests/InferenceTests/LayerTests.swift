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
                into: output.base,
                workspace: ProductWorkspace(inputs: size[0] * size[1])
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
        folded.forward(
            Array(row.dropFirst(5)),
            rows: 1,
            into: output.base,
            workspace: ProductWorkspace(inputs: 8)
        )
        let whole = try golden.tensor("\(name).output").values.prefix(17)
        expectClose(output.values, Tensor(shape: [17], values: Array(whole)), name)
    }

    @Test func `layer norms agree with PyTorch`() throws {
        for name in try named("layer_norm") {
            let size = sizes(name)
            var store = store()
            let layer = try LayerNorm(name, width: size[1], from: &store)
            let x = FloatBuffer(count: size[0] * size[1])
            _ = x.values.update(from: try golden.tensor("\(name).input").values)
            layer.forward(x.base, rows: size[0])
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
            expectClose(x.values(), try golden.tensor("\(name).output"), name)
        }
    }

    @Test func `Mish and ReLU agree with PyTorch from -90 to 90`() throws {
        let input = try golden.tensor("mish.input").values
        expectClose(input.map(mish), try golden.tensor("mish.output"), "mish")
        expectClose(input.map(relu), try golden.tensor("relu.output"), "relu")
    }

    @Test func `convolutions agree with PyTorch at every length and stride, dead taps or not`()
        throws
    {
        for name in try named("conv") {
            let size = sizes(name)
            for steps in [nil, size[0]] {
                var store = store()
                let layer = try Conv1d(
                    name,
                    inputs: size[1],
                    outputs: size[2],
                    kernel: size[3],
                    stride: size[4],
                    steps: steps,
                    from: &store
                )
                try expectEqual(name, layer.outputs, layer.outputSteps(size[0])) {
                    layer.forward($0, into: $1, workspace: $2)
                }
            }
        }
    }

    @Test func `transposed convolutions agree with PyTorch, dead taps or not`() throws {
        for name in try named("conv_transpose") {
            let size = sizes(name)
            for steps in [nil, size[0]] {
                var store = store()
                let layer = try ConvTranspose1d(
                    name,
                    inputs: size[1],
                    outputs: size[2],
                    steps: steps,
                    from: &store
                )
                try expectEqual(name, layer.outputs, 2 * size[0]) {
                    layer.forward($0, into: $1, workspace: $2)
                }
            }
        }
    }

    @Test func `residual blocks agree with PyTorch, their condition folded or not`() throws {
        for name in try named("block") {
            let size = sizes(name)
            let condition = try golden.tensor("\(name).condition").values.map(mish)
            for constant in [0, 4] {
                var store = store()
                let block = try ResidualBlock(
                    name,
                    inputs: size[1],
                    outputs: size[2],
                    kernel: 5,
                    groups: 4,
                    steps: size[0],
                    from: &store
                )
                let film = try FiLMLayers(
                    [FiLMLayers.Block(name: name, channels: size[2])],
                    inputs: condition.count - constant,
                    times: [Array(condition.prefix(constant))],
                    from: &store
                )
                let numbers = FloatBuffer(count: film.outputs)
                film.forward(
                    Array(condition.dropFirst(constant)),
                    into: numbers.base,
                    workspace: ProductWorkspace(inputs: condition.count)
                )
                try expectEqual(name, block.outputs, size[0]) { input, output, workspace in
                    let scratch = (0..<2).map { _ in
                        SequenceBuffer(
                            candidates: input.candidates,
                            steps: size[0],
                            channels: block.outputs
                        )
                    }
                    block.forward(
                        input,
                        film: numbers.base,
                        hidden: scratch[0],
                        skipped: scratch[1],
                        into: output,
                        workspace: workspace
                    )
                }
            }
        }
    }

    /// Requires a layer's result on the case's input to be the case's output: alone, and as each of
    /// five candidates of which the others hold something else.
    private func expectEqual(
        _ name: String,
        _ outputs: Int,
        _ outputSteps: Int,
        _ forward: (SequenceBuffer, SequenceBuffer, ProductWorkspace) -> Void
    ) throws {
        let stored = try golden.tensor("\(name).input")
        let expected = try golden.tensor("\(name).output")
        for candidates in [1, 5] {
            for candidate in 0..<candidates {
                let input = SequenceBuffer(
                    candidates: candidates,
                    steps: stored.shape[0],
                    channels: stored.shape[1]
                )
                for other in 0..<candidates {
                    let factor = other == candidate ? 1 : Float(other) - 7
                    input.load(stored.values.map { $0 * factor }, candidate: other)
                }
                let output = SequenceBuffer(
                    candidates: candidates,
                    steps: outputSteps,
                    channels: outputs
                )
                forward(input, output, ProductWorkspace(inputs: input.numbers.count))
                expectClose(
                    output.values(candidate: candidate),
                    expected,
                    "\(name), candidate \(candidate) of \(candidates)"
                )
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
