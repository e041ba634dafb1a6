import Inference
import Testing

@testable import Policies

/// Samplers that take equal steps along a velocity.
@Suite struct StepSamplerTests {
    @Test(arguments: [1, 2, 4, 7]) func `average velocities join end to end`(_ steps: Int) {
        let times = MeanFlowSampler(steps: steps).times
        #expect(times.count == steps && times.first?.t == 1 && times.last?.r == 0)
        for (one, next) in zip(times, times.dropFirst()) { #expect(one.r == next.t) }
        for time in times { #expect(abs(time.t - time.r - 1 / Double(steps)) < 1e-12) }
    }

    @Test func `velocities are asked for from epsilon on, in the network's unit`() {
        let one = FlowSampler(epsilon: 0.01, timeScale: 99)
        #expect(one.times == [UNet.Times(t: 0.99)])
        let four = FlowSampler(epsilon: 0, timeScale: 10, steps: 4)
        #expect(four.times == [0, 2.5, 5, 7.5].map { UNet.Times(t: $0) })
    }

    /// Each step by itself, in a network that was loaded for its time alone.
    @Test(arguments: ["golden", "flowpolicy"])
    func `several steps are so many evaluations by hand`(name: String) throws {
        let golden = try GoldenPolicy(name)
        let kind = name == "golden" ? "meanflow" : "flow"
        let json = try golden.json.replacing(
            "\"kind\": \"\(kind)\"",
            with: "\"kind\": \"\(kind)\", \"steps\": 3"
        )
        let model = try GoldenPolicy.withDirectory(json: json, weights: golden.weights) {
            try UNetModel(directory: $0)
        }
        let sampler = model.manifest.sampler
        #expect(sampler.evaluations == 3)
        let shape = model.manifest.network
        let condition = FloatBuffer(count: shape.conditionWidth)
        for i in 0..<condition.count { condition.base[i] = Float(i % 7) / 7 - 0.3 }
        let chunks = FloatBuffer(count: shape.horizon * shape.actionWidth)
        for i in 0..<chunks.count { chunks.base[i] = Float(i % 11) / 5 - 1 }
        let byHand = FloatBuffer(count: chunks.count)
        byHand.base.update(from: chunks.base, count: chunks.count)
        let start = Array(chunks.values)

        let workspace = UNetWorkspace(model.unet, candidates: 1)
        model.unet.observe(condition.base, workspace: workspace)
        sampler.sample(chunks.values, model.unet, workspace: workspace)

        let file = try SafetensorsFile(path: golden.directory + "/model.safetensors")
        let sign: Float = name == "golden" ? -1 : 1
        for time in sampler.times {
            var store = WeightStore(file, format: model.format)
            let network = try UNet("unet", shape: shape, times: [time], from: &store)
            let workspace = UNetWorkspace(network, candidates: 1)
            network.observe(condition.base, workspace: workspace)
            network.step(0, byHand.values, workspace: workspace) { $0 + sign / 3 * $1 }
        }
        for i in 0..<chunks.count {
            #expect(abs(chunks.base[i] - byHand.base[i]) < 1e-5)
        }
        #expect(zip(start, chunks.values).contains { abs($0 - $1) > 1e-3 })
    }
}
