import Foundation
import Policies
import Runtime
import Testing

/// A policy of two observation steps must see the step before, planned from or not.
@Suite struct ObservationHistoryTests {
    private let golden: GoldenPolicy
    /// Without noise, so that plans differ by what was seen alone.
    private let model: MeanFlowModel

    init() throws {
        golden = try GoldenPolicy()
        let json = try golden.json
        model = try GoldenPolicy.withDirectory(
            json: json.replacing("\"noise\": \"normal\"", with: "\"noise\": \"zero\""),
            weights: golden.weights
        ) { try MeanFlowModel(directory: $0) }
        try #require(model.manifest.noise == .zero)
    }

    /// Plans from the last of three observations, having planned at the first two or not.
    private func lastChunk(planning: [Bool]) throws -> [Float] {
        let policy = MeanFlowPolicy(model: model)
        var chunk = ActionChunk(
            horizon: policy.shape.horizon,
            width: policy.shape.actionWidth
        )
        policy.reset(seed: 1)
        for (step, plans) in (planning + [true]).enumerated() {
            let observation = try golden.observation(step)
            if plans {
                try policy.plan(observation, into: &chunk)
            } else {
                try policy.observe(observation)
            }
        }
        return chunk.values
    }

    @Test func `a step without a plan is remembered as one with a plan is`() throws {
        let planned = try lastChunk(planning: [true, true])
        #expect(try lastChunk(planning: [true, false]) == planned)
        #expect(try lastChunk(planning: [false, false]) == planned)
    }

    @Test func `the step before matters`() throws {
        let policy = MeanFlowPolicy(model: model)
        var fresh = ActionChunk(horizon: policy.shape.horizon, width: policy.shape.actionWidth)
        policy.reset(seed: 1)
        try policy.plan(golden.observation(2), into: &fresh)
        #expect(try lastChunk(planning: [true, true]) != fresh.values)
    }
}
