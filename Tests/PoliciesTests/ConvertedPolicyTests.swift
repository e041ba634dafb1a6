import Inference
import Runtime
import Testing

@testable import Policies

/// Policies converted from checkpoints in the layout of their papers' code, against a PyTorch forward
/// of that layout (`training/simrun_training/original.py`).
@Suite struct ConvertedPolicyTests {
    static let names = ["mp1", "flowpolicy", "dp3", "simple-dp3"]
    /// Ten steps that feed each other add to the rounding of one.
    static let tolerance: Float = 2e-5

    private func expectClose(_ got: some Sequence<Float>, _ golden: [Float], _ what: String) {
        for (i, (a, b)) in zip(got, golden).enumerated() {
            #expect(abs(a - b) <= Self.tolerance * (1 + abs(b)), "\(what), number \(i)")
        }
    }

    @Test(arguments: names)
    func `three plans of an episode agree with the original`(name: String) throws {
        let golden = try GoldenPolicy(name)
        let policy = try UNetPolicy(directory: golden.directory)
        // Of four actions the first is the older observation's.
        #expect(policy.shape == PolicyShape(horizon: 3, actionWidth: 4, memory: 1))
        let chunks = try golden.file.tensor("chunks")
        #expect(chunks.shape == [3, 3, 4])
        #expect(chunks.values.contains { abs($0) < 1 }, "a plan that is all clipped shows little")
        policy.reset(seed: 1)
        var chunk = ActionChunk(horizon: 3, width: 4)
        for i in 0..<3 {
            try policy.plan(golden.observation(i), into: &chunk)
            expectClose(chunk.values, Array(chunks.values[(12 * i)..<(12 * i + 12)]), "plan \(i)")
        }
    }

    @Test(arguments: names, [1, 3])
    func `samples from given noise agree with the original`(
        name: String,
        candidates: Int
    ) throws {
        let golden = try GoldenPolicy(name)
        let model = try UNetModel(directory: golden.directory)
        let condition = FloatBuffer(count: model.manifest.network.conditionWidth)
        let given = try golden.file.tensor("condition").values
        #expect(given.count == condition.count)
        _ = condition.values.update(from: given)
        applyMish(condition.values)
        let noise = try golden.file.tensor("noise").values
        let chunks = FloatBuffer(count: candidates * noise.count)
        for candidate in 0..<candidates {
            for (i, number) in noise.enumerated() {
                // The last candidate gets the golden's noise, others some of their own.
                let own = Float((i + candidate) % 5) - 2
                chunks.base[candidate * noise.count + i] =
                    candidate == candidates - 1 ? number : own
            }
        }
        let workspace = UNetWorkspace(model.unet, candidates: candidates)
        model.unet.observe(condition.base, workspace: workspace)
        model.manifest.sampler.sample(chunks.values, model.unet, workspace: workspace)
        let last = chunks.values.suffix(noise.count)
        expectClose(last, try golden.file.tensor("sample").values, "sample")
        #expect(candidates == 1 || Array(chunks.values.prefix(noise.count)) != Array(last))
    }

    @Test func `the four are told apart and cost what they evaluate`() throws {
        let models = try Self.names.map { name in
            try UNetModel(directory: GoldenPolicy(name).directory)
        }
        #expect(models.map(\.manifest.architecture) == [.meanflow, .flowpolicy, .dp3, .simpleDP3])
        #expect(models.map(\.manifest.sampler.evaluations) == [1, 1, 10, 10])
        let flops = models.map { $0.cost(candidates: 1).flops - $0.cost(candidates: 0).flops }
        #expect(flops[0] == flops[1] && abs(flops[2] / flops[1] - 10) < 1e-9)
        #expect(flops[3] < flops[2])
    }

    @Test func `a wrong form of the noise changes the plan`() throws {
        let golden = try GoldenPolicy("dp3")
        let json = try golden.json.replacing("\"correct\"", with: "\"legacy\"")
        let policy = try GoldenPolicy.withDirectory(json: json, weights: golden.weights) {
            try UNetPolicy(directory: $0)
        }
        policy.reset(seed: 1)
        var chunk = ActionChunk(horizon: 3, width: 4)
        try policy.plan(golden.observation(0), into: &chunk)
        let expected = try golden.file.tensor("chunks").values
        #expect(zip(chunk.values, expected).contains { abs($0 - $1) > 1e-3 })
    }
}
