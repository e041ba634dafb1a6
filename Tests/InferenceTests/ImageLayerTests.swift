import Testing

@testable import Inference

@Suite struct ImageLayerTests {
    let golden: Golden

    init() throws { golden = try Golden("images") }

    private func picture(_ name: String) throws -> ImageBuffer {
        let tensor = try golden.tensor(name)
        let image = ImageBuffer(
            height: tensor.shape[0],
            width: tensor.shape[1],
            channels: tensor.shape[2]
        )
        _ = image.values.update(from: tensor.values)
        return image
    }

    private func conv(_ name: String, _ store: inout WeightStore) throws -> Conv2d {
        let size = Golden.sizes(name)
        return try Conv2d(
            name,
            inputs: size[2],
            outputs: size[3],
            kernel: size[4],
            stride: size[5],
            padding: size[6],
            from: &store
        )
    }

    @Test func `convolutions agree with PyTorch, with padding, strides and patches`() throws {
        for name in try golden.inputs("conv") {
            let input = try picture("\(name).input")
            let expected = try golden.tensor("\(name).output")
            for format in WeightFormat.allCases {
                var store = WeightStore(golden.file, format: format)
                let layer = try conv(name, &store)
                let output = layer.makeOutput(height: input.height, width: input.width)
                #expect([output.height, output.width, output.channels] == expected.shape)
                // Twice: what a patch at the edge leaves in the scratch must not show.
                let workspace = layer.makeWorkspace()
                for _ in 0..<2 { layer.forward(input, into: output, workspace: workspace) }
                if format == .float32 {
                    expectClose(output.values, expected, name)
                } else {
                    let error = relativeNorm(output.values, expected.values)
                    #expect(error < 2e-2, "\(name) \(format)")
                }
            }
        }
    }

    @Test func `a picture moved by one stride gives a result moved by one pixel`() throws {
        let name = "conv.9x6x4x17.k3.s2.p1"
        var store = WeightStore(golden.file)
        let layer = try conv(name, &store)
        let input = try picture("\(name).input")
        let moved = ImageBuffer(height: input.height, width: input.width, channels: 4)
        let rows = 2 * input.width * 4
        for i in rows..<moved.values.count { moved.base[i] = input.base[i - rows] }
        func convolved(_ image: ImageBuffer) -> ImageBuffer {
            let output = layer.makeOutput(height: image.height, width: image.width)
            layer.forward(image, into: output, workspace: layer.makeWorkspace())
            return output
        }
        let (still, after) = (convolved(input), convolved(moved))
        // At the first and last rows padding stands where the picture was.
        let row = still.width * still.channels
        for i in row..<((still.height - 2) * row) {
            #expect(after.base[i + row] == still.base[i])
        }
    }

    @Test func `max pools agree with PyTorch and padding never wins`() throws {
        for name in try golden.inputs("max_pool") {
            let size = Golden.sizes(name)
            let input = try picture("\(name).input")
            let pool = try MaxPool2d(kernel: size[3], stride: size[4], padding: size[5])
            let output = ImageBuffer(
                height: pool.outputSize(input.height),
                width: pool.outputSize(input.width),
                channels: input.channels
            )
            pool.forward(input, into: output)
            #expect(Array(output.values) == (try golden.tensor("\(name).output").values), "\(name)")
        }
    }

    @Test(arguments: [("stem.conv", [3, 6, 8], 2), ("stem.patch", [3], 8)])
    func `image stems agree with PyTorch`(name: String, channels: [Int], patch: Int) throws {
        var store = WeightStore(golden.file)
        let stem = try ImageStem(
            name,
            height: 16,
            width: 24,
            channels: channels,
            patch: patch,
            outputs: 14,
            from: &store
        )
        let expected = try golden.tensor("\(name).output")
        #expect([stem.tokens, stem.outputs] == expected.shape)
        let tokens = stem.forward(try picture("\(name).input"), workspace: stem.makeWorkspace())
        expectClose(tokens.values, expected, name)
    }
}
