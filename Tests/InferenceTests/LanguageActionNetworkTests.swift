import Diagnostics
import Testing

@testable import Inference

/// The network behind `Goldens/vla*.safetensors`, with its inputs taken in.
private struct GoldenNetwork {
    let golden: Golden
    let network: LanguageActionNetwork
    let workspace: LanguageActionWorkspace

    init(_ name: String, format: WeightFormat = .float32) throws {
        golden = try Golden(name)
        var store = WeightStore(golden.file, format: format)
        network = try LanguageActionNetwork(
            shape: LanguageActionShape(
                vocabulary: 12,
                stateWidth: 12,
                actionWidth: 4,
                horizon: 4,
                views: 2,
                imageSize: 16,
                words: 6,
                width: 24,
                layers: 2,
                heads: 2,
                hidden: 40,
                stemChannels: [6, 8],
                patch: 2,
                isPacked: name.hasSuffix("packed"),
                tokenWidth: 5
            ),
            from: &store
        )
        workspace = network.makeWorkspace(views: 2)
        let pictures = try golden.tensor("input.pictures").values
        for (view, picture) in workspace.pictures.enumerated() {
            let count = picture.values.count
            _ = picture.values.update(fromContentsOf: pictures[view * count..<(view + 1) * count])
        }
    }

    func read() throws {
        try golden.tensor("input.words").values.map { Int32($0) }
            .withUnsafeBufferPointer { network.read($0, workspace: workspace) }
    }

    func takeIn() throws {
        try read()
        for view in 0..<2 { network.look(view, workspace: workspace) }
        network.feel(try golden.tensor("input.state").values, workspace: workspace)
    }

    func scores() throws -> [Float] {
        network.score(
            try golden.tensor("input.tokens").values.map { Int32($0) },
            workspace: workspace
        )
        return Array(workspace.scores.values)
    }
}

@Suite struct LanguageActionNetworkTests {
    @Test(arguments: ["vla", "vla-packed"])
    func `keys, values and scores agree with PyTorch`(name: String) throws {
        let test = try GoldenNetwork(name)
        try test.takeIn()
        let width = test.network.shape.width
        for layer in 0..<test.network.shape.layers {
            let rows = test.workspace.layers[layer].rows.values
            for (part, tensor) in [(1, "keys"), (2, "values")] {
                let expected = try test.golden.tensor("\(tensor).\(layer)")
                var got: [Float] = []
                for token in 0..<expected.shape[0] {
                    let start = (3 * token + part) * width
                    got += rows[start..<start + width]
                }
                expectClose(got, expected, "\(name) \(tensor).\(layer)")
            }
        }
        let scores = try test.scores()
        expectClose(scores, try test.golden.tensor("scores"), name)
    }

    @Test(arguments: ["vla", "vla-packed"])
    func `rounds on a kept prefix equal a whole computation`(name: String) throws {
        let kept = try GoldenNetwork(name)
        try kept.takeIn()
        let first = try kept.scores()
        // The action tokens leave nothing behind.
        for i in 0..<kept.workspace.x.count { kept.workspace.x.base[i] = .nan }
        #expect(try kept.scores() == first)
        // What was taken in again, from the second picture on, is as it was.
        kept.network.look(1, workspace: kept.workspace)
        kept.network.feel(try kept.golden.tensor("input.state").values, workspace: kept.workspace)
        #expect(try kept.scores() == first)
    }

    @Test func `fewer words and other pictures change the scores, and can be taken back`() throws {
        let test = try GoldenNetwork("vla")
        try test.takeIn()
        let first = try test.scores()
        [Int32(2)].withUnsafeBufferPointer { test.network.read($0, workspace: test.workspace) }
        for view in 0..<2 { test.network.look(view, workspace: test.workspace) }
        test.network.feel(try test.golden.tensor("input.state").values, workspace: test.workspace)
        #expect(try test.scores() != first)
        try test.takeIn()
        #expect(try test.scores() == first)
    }

    @Test(arguments: WeightFormat.allCases)
    func `every format of weights is near float32`(format: WeightFormat) throws {
        let test = try GoldenNetwork("vla", format: format)
        try test.takeIn()
        let distance = relativeNorm(
            try test.scores(),
            try test.golden.tensor("scores").values
        )
        #expect(distance < 3e-2)
    }

    @Test func `a tensor of another shape is refused by name`() throws {
        let golden = try Golden("vla")
        var store = WeightStore(golden.file)
        #expect {
            _ = try Embedding("words.weight", shape: [13, 24], from: &store)
        } throws: { error in
            (error as? InputError)?.key == "words.weight"
        }
    }

    @Test func `costs count linear layers and attention`() throws {
        let network = try GoldenNetwork("vla").network
        let shape = network.shape
        let prefix = shape.prefixTokens(words: 4, views: 2)
        #expect(prefix == 4 + 2 * 4 + 1)
        // Four matrices of width by width, two by hidden.
        let linear = 2 * (4 * shape.width * shape.width + 2 * shape.width * shape.hidden)
        let expected = shape.layers * prefix * (linear + 4 * prefix * shape.width)
        #expect(network.prefixCost(words: 4, views: 2).flops == Double(expected))
    }
}
