import Testing

@testable import Inference

@Suite struct UNetTests {
    /// The shapes that the goldens were written with.
    private func shape(horizon: Int) -> NetworkShape {
        NetworkShape(
            actionWidth: 5,
            stateWidth: 6,
            cloudWidth: 3,
            horizon: horizon,
            observationSteps: 2,
            pointWidths: [12, 24],
            pointFeatures: 10,
            stateFeatures: 14,
            timeFeatures: 16,
            unetWidths: horizon == 8 ? [16, 24, 40] : [16, 32],
            kernel: 5,
            groups: 8
        )
    }

    @Test(arguments: [8, 4])
    func `the whole network agrees with PyTorch, block by block`(horizon: Int) throws {
        let golden = try Golden("network-h\(horizon)")
        let shape = shape(horizon: horizon)
        var store = WeightStore(golden.file)
        let encoder = try ObservationEncoder(
            "encoder",
            shape: shape,
            normalising: .identity(shape.cloudWidth),
            state: .identity(shape.stateWidth),
            from: &store
        )
        let unet = try UNet("unet", shape: shape, from: &store)

        let condition = FloatBuffer(count: shape.conditionWidth)
        let cloud = try golden.tensor("in.cloud")
        let state = try golden.tensor("in.state")
        let points = cloud.shape[1]
        for step in 0..<2 {
            encoder.forward(
                cloud: Array(cloud.values[(step * points * 3)...]),
                points: points,
                state: Array(state.values[(step * shape.stateWidth)...]),
                workspace: encoder.makeWorkspace(),
                into: condition.base + step * shape.stepFeatures
            )
        }
        expectClose(condition.values, try golden.tensor("out.condition"), "condition")

        applyMish(condition.values)
        let workspace = UNetWorkspace(unet)
        let noise = try golden.tensor("in.noise")
        workspace.input.load(noise.values)
        unet.observe(condition.base, workspace: workspace)
        unet.forward(workspace: workspace)

        for (i, level) in workspace.down.enumerated() {
            try expectLevel(golden, "down.\(i).blocks", level)
            if i + 1 < workspace.down.count {
                let sampled = try golden.tensor("out.down.\(i).sample")
                expectClose(level.sampled.values(), sampled, "down.\(i).sample")
            }
        }
        try expectLevel(golden, "mid", workspace.mid)
        for (i, level) in workspace.up.enumerated() {
            try expectLevel(golden, "up.\(i).blocks", level)
            let sampled = try golden.tensor("out.up.\(i).sample")
            expectClose(level.sampled.values(), sampled, "up.\(i).sample")
        }
        let sample = zip(noise.values, workspace.output.values()).map(-)
        expectClose(sample, try golden.tensor("out.sample"), "sample")
    }

    private func expectLevel(
        _ golden: Golden,
        _ name: String,
        _ level: UNetWorkspace.Level
    ) throws {
        expectClose(level.outputs[0].values(), try golden.tensor("out.\(name).0"), "\(name).0")
        expectClose(level.outputs[1].values(), try golden.tensor("out.\(name).1"), "\(name).1")
    }
}
