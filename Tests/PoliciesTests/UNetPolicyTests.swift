import Diagnostics
import Policies
import Runtime
import Testing

@Suite struct UNetPolicyTests {
    let golden: GoldenPolicy

    init() throws { golden = try GoldenPolicy() }

    private func chunk(_ policy: UNetPolicy) -> ActionChunk {
        ActionChunk(horizon: policy.shape.horizon, width: policy.shape.actionWidth)
    }

    /// Plans for the first observation, three times.
    private func plans(_ policy: UNetPolicy, seed: UInt64) throws -> [[Float]] {
        policy.reset(seed: seed)
        var chunk = chunk(policy)
        return try (0..<3).map { _ in
            try policy.plan(golden.observation(0), into: &chunk)
            return chunk.values
        }
    }

    private func policy(noise: String) throws -> UNetPolicy {
        let json = try golden.json.replacing("\"noise\": \"zero\"", with: "\"noise\": \"\(noise)\"")
        return try GoldenPolicy.withDirectory(json: json, weights: golden.weights) {
            try UNetPolicy(directory: $0)
        }
    }

    @Test func `three plans of an episode agree with PyTorch`() throws {
        let policy = try UNetPolicy(directory: golden.directory)
        #expect(policy.shape == PolicyShape(horizon: 8, actionWidth: 4, memory: 1))
        let expected = try golden.file.tensor("chunks").values
        // Twice, because a reset must forget the first episode.
        for _ in 0..<2 {
            policy.reset(seed: 3)
            var chunk = chunk(policy)
            for i in 0..<3 {
                try policy.plan(golden.observation(i), into: &chunk)
                for (a, b) in zip(chunk.values, expected[(i * 32)..<((i + 1) * 32)]) {
                    #expect(abs(a - b) <= 1e-5 * (1 + abs(b)), "plan \(i)")
                }
            }
        }
    }

    @Test func `plans that look two steps back agree with PyTorch`() throws {
        let json = try golden.json.replacing(
            "\"observation_stride\": 1",
            with: "\"observation_stride\": 2"
        )
        let policy = try GoldenPolicy.withDirectory(json: json, weights: golden.weights) {
            try UNetPolicy(directory: $0)
        }
        #expect(policy.model.manifest.observationStride == 2 && policy.shape.memory == 2)
        let expected = try golden.file.tensor("chunks_stride_2").values
        #expect(try expected != golden.file.tensor("chunks").values)
        for planned in [[0, 1, 2], [2], [1, 2]] {
            policy.reset(seed: 3)
            var chunk = chunk(policy)
            for i in 0..<3 {
                guard planned.contains(i) else {
                    try policy.observe(golden.observation(i))
                    continue
                }
                try policy.plan(golden.observation(i), into: &chunk)
                for (a, b) in zip(chunk.values, expected[(i * 32)..<((i + 1) * 32)]) {
                    #expect(abs(a - b) <= 1e-5 * (1 + abs(b)), "plan \(i)")
                }
            }
        }
    }

    @Test func `the same seed gives the same bits, another seed others`() throws {
        let policy = try policy(noise: "normal")
        let first = try plans(policy, seed: 5)
        #expect(try plans(policy, seed: 5) == first)
        #expect(try plans(policy, seed: 6) != first)
        #expect(first[1] != first[2])
        #expect(first.joined().allSatisfy { (-1...1).contains($0) })
    }

    @Test func `weights are stored as the file says, or the flag`() throws {
        #expect(try UNetModel(directory: golden.directory).format == .bfloat16)
        #expect(try UNetModel(directory: golden.directory, format: .float32).format == .float32)
        let json = try golden.json.replacing(
            "\"dtype\": \"bf16\"",
            with: "\"storage\": \"int8\", \"dtype\": \"bf16\""
        )
        let formats = try GoldenPolicy.withDirectory(json: json, weights: golden.weights) {
            [
                try UNetModel(directory: $0).format,
                try UNetModel(directory: $0, format: .float32).format,
            ]
        }
        #expect(formats == [.int8, .float32])
    }

    @Test func `fixed noise is drawn once an episode`() throws {
        let policy = try policy(noise: "fixed")
        let first = try plans(policy, seed: 5)
        #expect(first[0] == first[1] && first[1] == first[2])
        #expect(try plans(policy, seed: 6) != first)
    }

    @Test func `two policies of one model do not disturb each other`() throws {
        let model = try UNetModel(directory: golden.directory)
        let (a, b) = (UNetPolicy(model: model), UNetPolicy(model: model))
        let alone = try plans(UNetPolicy(model: model), seed: 1)
        a.reset(seed: 1)
        b.reset(seed: 1)
        var (chunkA, chunkB) = (chunk(a), chunk(b))
        for i in 0..<3 {
            try a.plan(golden.observation(0), into: &chunkA)
            try b.plan(golden.observation(2), into: &chunkB)
            #expect(chunkA.values == alone[i])
        }
    }

    @Test func `what the policy sees changes what it plans`() throws {
        let policy = try UNetPolicy(directory: golden.directory)
        let before = try plans(policy, seed: 1)[0]
        var moved = try golden.observation(0)
        for i in stride(from: 0, to: moved.cloud.coordinates.count, by: 3) {
            moved.cloud.coordinates[i] += 0.1
        }
        var chunk = chunk(policy)
        policy.reset(seed: 1)
        try policy.plan(moved, into: &chunk)
        #expect(chunk.values != before)
    }

    @Test func `an observation that is not finite or not whole is a fault`() throws {
        let policy = try UNetPolicy(directory: golden.directory)
        var chunk = chunk(policy)
        var broken: [Observation] = []
        for _ in 0..<5 { broken.append(try golden.observation(0)) }
        broken[0].cloud.coordinates[7] = .nan
        broken[1].cloud.coordinates[8] = .infinity
        broken[2].gripperOpening = .nan
        broken[3].goal = nil
        broken[4].cloud.coordinates.removeLast(3)
        for observation in broken {
            #expect(throws: LoopFault.self) { try policy.plan(observation, into: &chunk) }
        }
        var narrow = ActionChunk(horizon: 8, width: 3)
        #expect(throws: LoopFault.self) { try policy.plan(golden.observation(0), into: &narrow) }
    }

    @Test func `a changed weight file is refused by its hash`() throws {
        var weights = try golden.weights
        weights[weights.count - 1] ^= 1
        let error = #expect(throws: InputError.self) {
            try GoldenPolicy.withDirectory(json: golden.json, weights: weights) {
                try UNetPolicy(directory: $0)
            }
        }
        #expect(error?.key == "weights.sha256")
    }

    @Test func `NaN in a weight is refused by the tensor's name`() throws {
        var weights = try golden.weights
        // The last tensor's last number; which one it is does not matter, its name must appear.
        weights.replaceSubrange((weights.count - 2)..., with: [0xC0, 0x7F])
        let json = try golden.json(for: weights)
        let error = #expect(throws: InputError.self) {
            try GoldenPolicy.withDirectory(json: json, weights: weights) {
                try UNetPolicy(directory: $0)
            }
        }
        #expect(error?.expected == "finite numbers")
        #expect(error?.key?.hasSuffix(".weight") == true)
    }

    @Test(arguments: [
        ("encoder.state.first.weight", "encoder.state.frist.weight", "encoder.state.first.weight"),
        ("unet.mid.1.film.bias", "unet.mid.1.film.bios", "unet.mid.1.film.bias"),
    ])
    func `a renamed tensor is refused by name`(old: String, new: String, named: String) throws {
        let weights = try golden.weights
        let text = String(decoding: weights, as: Unicode.ASCII.self)
        let at = try #require(text.range(of: "\"\(old)\""))
        let start = text.unicodeScalars.distance(from: text.startIndex, to: at.lowerBound)
        var renamed = weights
        renamed.replaceSubrange((start + 1)..<(start + 1 + old.utf8.count), with: Array(new.utf8))
        let json = try golden.json(for: renamed)
        let error = #expect(throws: InputError.self) {
            try GoldenPolicy.withDirectory(json: json, weights: renamed) {
                try UNetPolicy(directory: $0)
            }
        }
        #expect(error?.key == named)
        #expect(error?.nearest.contains(new) == true)
    }

    @Test func `a network of other widths is refused by tensor and shape`() throws {
        let json = try golden.json.replacing(
            "\"state_features\": 16",
            with: "\"state_features\": 24"
        )
        let error = #expect(throws: InputError.self) {
            try GoldenPolicy.withDirectory(json: json, weights: golden.weights) {
                try UNetPolicy(directory: $0)
            }
        }
        #expect(error?.key == "encoder.state.first.weight")
        #expect(error?.expected == "shape [24, 7]" && error?.found == "[16, 7]")
    }
}
