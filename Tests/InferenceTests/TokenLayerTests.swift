import Testing

@testable import Inference

@Suite struct TokenLayerTests {
    let golden: Golden

    init() throws { golden = try Golden("tokens") }

    private func visible(_ name: String) throws -> [Int32] {
        try golden.tensor("\(name).visible").values.map { Int32($0) }
    }

    @Test func `RMS norms agree with PyTorch, in place or not`() throws {
        for name in try golden.inputs("rms_norm") {
            let size = Golden.sizes(name)
            var store = WeightStore(golden.file)
            let layer = try RMSNorm(name, width: size[1], epsilon: 1e-6, from: &store)
            var x = try golden.tensor("\(name).input").values
            var y = [Float](repeating: 0, count: x.count)
            layer.forward(x, rows: size[0], into: &y)
            expectClose(y, try golden.tensor("\(name).output"), name)
            x.withUnsafeMutableBufferPointer { x in
                guard let base = x.baseAddress else { return }
                layer.forward(base, rows: size[0], into: base)
            }
            #expect(x == y)
        }
    }

    @Test func `activations agree with PyTorch from -90 to 90`() throws {
        for kind in Activation.Kind.allCases {
            let name = kind == .geluTanh ? "gelu_tanh" : kind.rawValue
            var x = try golden.tensor("\(name).input").values
            try Activation(kind).forward(&x, count: x.count)
            expectClose(x, try golden.tensor("\(name).output"), name)
        }
    }

    @Test func `softmax agrees with PyTorch, and its rows sum to one`() throws {
        var x = try golden.tensor("softmax.3x37.input").values
        try Softmax().forward(&x, rows: 3, width: 37, inverseTemperature: 2)
        expectClose(x, try golden.tensor("softmax.3x37.output"), "softmax")
        for row in 0..<3 {
            let sum = x[(row * 37)..<((row + 1) * 37)].reduce(0, +)
            #expect(abs(sum - 1) < 1e-5)
        }
    }

    @Test func `attention agrees with PyTorch under full, causal and prefix masks`() throws {
        for name in try golden.inputs("attention") {
            let size = Golden.sizes(name)
            let got = try attend(
                try golden.tensor("\(name).input").values,
                try golden.tensor("\(name).keys").values,
                try golden.tensor("\(name).values").values,
                heads: size[2],
                visible: try visible(name)
            )
            expectClose(got, try golden.tensor("\(name).output"), name)
        }
    }

    @Test func `self-attention agrees with PyTorch in every format of weights`() throws {
        for name in try golden.inputs("self_attention") {
            let size = Golden.sizes(name)
            let expected = try golden.tensor("\(name).output")
            for format in WeightFormat.allCases {
                var store = WeightStore(golden.file, format: format)
                let layer = try SelfAttention(name, width: size[1], heads: size[2], from: &store)
                let output = FloatBuffer(count: expected.values.count)
                layer.forward(
                    try golden.tensor("\(name).input").values,
                    count: size[0],
                    visible: try visible(name),
                    into: output.base,
                    workspace: layer.makeWorkspace(tokens: size[0])
                )
                if format == .float32 {
                    expectClose(output.values, expected, name)
                } else {
                    #expect(relativeNorm(output.values, expected.values) < 2e-2, "\(format)")
                }
            }
        }
    }

    @Test func `a context computed once serves the tokens behind it`() throws {
        let (name, tokens, width) = ("self_attention.11x24x3", 11, 24)
        var store = WeightStore(golden.file)
        let layer = try SelfAttention(name, width: width, heads: 3, from: &store)
        let x = try golden.tensor("\(name).input").values
        let context = tokens / 2
        let workspace = layer.makeWorkspace(tokens: tokens)
        let output = FloatBuffer(count: x.count)
        x.withUnsafeBufferPointer { x in
            guard let x = x.baseAddress else { return }
            layer.forward(x, count: context, into: output.base, workspace: workspace)
            // Twice, as rounds of refinement do: what is kept of the context stays.
            for _ in 0..<2 {
                layer.forward(
                    x + context * width,
                    count: tokens - context,
                    after: context,
                    into: output.base + context * width,
                    workspace: workspace
                )
            }
        }
        expectClose(output.values, try golden.tensor("\(name).output"), "cached context")
    }

    @Test func `self-attention adds to what is there where asked`() throws {
        let (name, width) = ("self_attention.11x24x3", 24)
        var store = WeightStore(golden.file)
        let layer = try SelfAttention(name, width: width, heads: 3, from: &store)
        let x = try golden.tensor("\(name).input").values
        var stream = x
        stream.withUnsafeMutableBufferPointer { stream in
            guard let base = stream.baseAddress else { return }
            layer.forward(
                x,
                count: 11,
                visible: [Int32](repeating: 11, count: 11),
                into: base,
                accumulating: true,
                workspace: layer.makeWorkspace(tokens: 11)
            )
        }
        var alone = [Float](repeating: 0, count: x.count)
        layer.forward(x, count: 11, into: &alone, workspace: layer.makeWorkspace(tokens: 11))
        let sum = zip(x, alone).map(+)
        expectClose(stream, Tensor(shape: [11, width], values: sum), "residual")
    }

    private func attend(
        _ queries: [Float],
        _ keys: [Float],
        _ values: [Float],
        heads: Int,
        visible: [Int32]
    ) throws -> [Float] {
        let width = queries.count / visible.count
        let count = keys.count / width
        let attention = try Attention(heads: heads, headWidth: width / heads)
        var output = [Float](repeating: .nan, count: queries.count)
        queries.withUnsafeBufferPointer { q in
            keys.withUnsafeBufferPointer { k in
                values.withUnsafeBufferPointer { v in
                    guard let q = q.baseAddress, let k = k.baseAddress, let v = v.baseAddress
                    else { return }
                    attention.forward(
                        queries: TokenRows(base: q, stride: width, count: visible.count),
                        keys: TokenRows(base: k, stride: width, count: count),
                        values: TokenRows(base: v, stride: width, count: count),
                        visible: visible,
                        into: &output,
                        stride: width,
                        workspace: attention.makeWorkspace(keys: count)
                    )
                }
            }
        }
        return output
    }
}

// MARK: - Properties of attention

extension TokenLayerTests {
    private static let name = "attention.5x19x2x24.full"

    private func tokens(_ part: String) throws -> [Float] {
        try golden.tensor("\(Self.name).\(part)").values
    }

    @Test func `a mask equals attention over the shorter sequence`() throws {
        let (q, k, v) = (try tokens("input"), try tokens("keys"), try tokens("values"))
        for count in [1, 7, 16, 18] {
            let seen = [Int32](repeating: Int32(count), count: 5)
            let masked = try attend(q, k, v, heads: 2, visible: seen)
            let short = try attend(
                q,
                Array(k.prefix(count * 48)),
                Array(v.prefix(count * 48)),
                heads: 2,
                visible: seen
            )
            expectClose(masked, Tensor(shape: [5, 48], values: short), "\(count) keys")
        }
    }

    @Test func `the order of keys changes nothing`() throws {
        func reversed(_ rows: [Float]) -> [Float] {
            stride(from: rows.count - 48, through: 0, by: -48).flatMap { rows[$0..<($0 + 48)] }
        }
        let (q, k, v) = (try tokens("input"), try tokens("keys"), try tokens("values"))
        let seen = [Int32](repeating: 19, count: 5)
        let turned = try attend(q, reversed(k), reversed(v), heads: 2, visible: seen)
        expectClose(turned, try golden.tensor("\(Self.name).output"), "reversed keys")
    }

    @Test func `equal values come out whatever the keys say`() throws {
        let (q, k) = (try tokens("input"), try tokens("keys"))
        let value = (0..<48).map { Float($0) / 7 - 3 }
        let values = (0..<19).flatMap { _ in value }
        let got = try attend(q, k, values, heads: 2, visible: [1, 2, 3, 18, 19])
        let expected = (0..<5).flatMap { _ in value }
        expectClose(got, Tensor(shape: [5, 48], values: expected), "equal values")
    }

    @Test func `one key gives its value, none gives zeros`() throws {
        let (q, k, v) = (try tokens("input"), try tokens("keys"), try tokens("values"))
        let got = try attend(q, k, v, heads: 2, visible: [1, 0, 1, 0, 0])
        for row in 0..<5 {
            let expected =
                row == 0 || row == 2 ? Array(v.prefix(48)) : [Float](repeating: 0, count: 48)
            #expect(Array(got[(row * 48)..<((row + 1) * 48)]) == expected)
        }
    }

    @Test func `scores far apart do not overflow`() throws {
        let (q, k, v) = (try tokens("input"), try tokens("keys"), try tokens("values"))
        let seen = [Int32](repeating: 19, count: 5)
        let got = try attend(q.map { 1000 * $0 }, k, v, heads: 2, visible: seen)
        #expect(!got.contains { !$0.isFinite })
    }
}

/// The norm of the difference over the norm of the expected values.
func relativeNorm(_ got: some Sequence<Float>, _ expected: some Sequence<Float>) -> Double {
    var (difference, norm) = (0.0, 0.0)
    for (a, b) in zip(got, expected) {
        difference += Double(a - b) * Double(a - b)
        norm += Double(b) * Double(b)
    }
    return (difference / norm).squareRoot()
}
