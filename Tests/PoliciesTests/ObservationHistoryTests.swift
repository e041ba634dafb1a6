import Foundation
import Policies
import Runtime
import Testing

/// A policy of two observation steps must see the step before, planned from or not.
@Suite struct ObservationHistoryTests {
    private let golden: GoldenPolicy
    /// Without noise, so that plans differ by what was seen alone.
    private let model: UNetModel

    init() throws {
        golden = try GoldenPolicy()
        let json = try golden.json
        model = try GoldenPolicy.withDirectory(
            json: json.replacing("\"noise\": \"normal\"", with: "\"noise\": \"zero\""),
            weights: golden.weights
        ) { try UNetModel(directory: $0) }
        try #require(model.manifest.noise == .zero)
    }

    /// Plans from the last of three observations, having planned at the first two or not.
    private func lastChunk(planning: [Bool]) throws -> [Float] {
        let policy = UNetPolicy(model: model)
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
        let policy = UNetPolicy(model: model)
        var fresh = ActionChunk(horizon: policy.shape.horizon, width: policy.shape.actionWidth)
        policy.reset(seed: 1)
        try policy.plan(golden.observation(2), into: &fresh)
        #expect(try lastChunk(planning: [true, true]) != fresh.values)
    }

    @Test func `a late loop looks back in time, not in steps`() throws {
        let json = try golden.json
            .replacing("\"noise\": \"normal\"", with: "\"noise\": \"zero\"")
            .replacing("\"observation_stride\": 1", with: "\"observation_stride\": 2")
        let policy = try GoldenPolicy.withDirectory(json: json, weights: golden.weights) {
            try UNetPolicy(directory: $0)
        }
        var chunk = ActionChunk(horizon: policy.shape.horizon, width: policy.shape.actionWidth)
        /// The plan for observation 2 after those of these indices, each at its time.
        func plan(after earlier: [(index: Int, milliseconds: Double)]) throws -> [Float] {
            policy.reset(seed: 1)
            for (index, milliseconds) in earlier {
                var observation = try golden.observation(index)
                observation.capturedAt = .milliseconds(milliseconds)
                try policy.observe(observation)
            }
            var last = try golden.observation(2)
            last.capturedAt = .milliseconds(300)
            try policy.plan(last, into: &chunk)
            return chunk.values
        }
        // 100 ms before is observation 1 alone, and the nearest of two either way.
        let wanted = try plan(after: [(1, 200)])
        #expect(try plan(after: [(0, 0), (1, 180)]) == wanted)
        #expect(try plan(after: [(1, 200), (0, 250)]) == wanted)
        #expect(try plan(after: [(0, 200), (1, 250)]) != wanted)
    }
}
