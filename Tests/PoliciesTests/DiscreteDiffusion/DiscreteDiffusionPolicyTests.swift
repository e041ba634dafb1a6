import Foundation
import Inference
import Policies
import Robots
import Runtime
import Testing

@Suite struct DiscreteDiffusionPolicyTests {
    let golden: GoldenLanguagePolicy

    init() throws { golden = try GoldenLanguagePolicy() }

    /// Plans both golden observations under every setting.
    private func compare(_ kind: String) throws {
        let committed = try golden.golden.file.tensor("frozen")
        for text in try golden.settings(kind) {
            let policy = try golden.policy(text)
            policy.reset(seed: 7)
            for index in 0..<2 {
                var chunk = golden.chunk
                if kind == "frozen" {
                    var rows = golden.chunk
                    for (i, value) in committed.values.enumerated() { rows.values[i] = value }
                    policy.freeze(rows, count: 2)
                }
                try policy.plan(golden.observation(index), into: &chunk)
                let name = "\(kind)/\(index)/\(text)"
                let expected = try golden.golden.file.tensor("\(name)/values").values
                for (a, b) in zip(chunk.values, expected) {
                    #expect(abs(a - b) < 1e-5, "\(name): \(a) is not \(b)")
                }
                let effort = try golden.golden.file.tensor("\(name)/effort").values
                #expect(policy.effort.rounds == Int32(effort[0]), "\(name)")
                #expect(policy.effort.remasked == Int32(effort[1]), "\(name)")
                #expect(abs(policy.effort.leastConfidence - effort[2]) < 1e-4, "\(name)")
                #expect(policy.effort.share == 1)
            }
        }
    }

    @Test func `chunks are those of the reference decoder, under every setting`() throws {
        try compare("decode")
    }

    @Test func `a committed prefix stays as it is and the rest is the reference's`() throws {
        try compare("frozen")
    }

    @Test func `the same seed gives the same chunk to the last bit, another another`() throws {
        func plans(seed: UInt64) throws -> [[Float]] {
            let policy = try golden.policy("rounds=12,temperature=fixed")
            var chunk = golden.chunk
            policy.reset(seed: seed)
            return try (0..<3).map { _ in
                try policy.plan(golden.observation(0), into: &chunk)
                return chunk.values
            }
        }
        let first = try plans(seed: 3)
        #expect(try plans(seed: 3) == first)
        #expect(try plans(seed: 4) != first)
        #expect(first[0] != first[1])
    }

    @Test func `cut after any round, the chunk is whole and costs its share`() throws {
        var shares: [Float] = []
        for rounds in 1...12 {
            let policy = try golden.policy("rounds=12", limit: .rounds(rounds))
            var chunk = golden.chunk
            chunk.values = chunk.values.map { _ in .nan }
            try policy.plan(golden.observation(0), into: &chunk)
            #expect(chunk.values.allSatisfy { (-1...1).contains($0) })
            #expect(policy.effort.rounds == Int32(rounds))
            shares.append(policy.effort.share)
        }
        #expect(shares.last == 1)
        #expect(zip(shares, shares.dropFirst()).allSatisfy { $0 < $1 })
    }

    @Test func `a budget in time stops after the round that still fits`() throws {
        // Each reading of the clock finds a millisecond gone: one for the observation, one a round.
        for (budget, rounds) in [(0.5, 1), (2.0, 1), (3.0, 2), (5.5, 4), (60.0, 12)] {
            let policy = try golden.policy(
                "rounds=12",
                limit: .time(.milliseconds(budget)),
                time: ManualTime(advancePerReading: .milliseconds(1))
            )
            var chunk = golden.chunk
            try policy.plan(golden.observation(0), into: &chunk)
            #expect(policy.effort.rounds == Int32(rounds), "\(budget) ms")
        }
    }

    @Test func `words and pictures that are as they were are not taken in again`() throws {
        let policy = try golden.policy("rounds=2,temperature=argmax")
        var chunk = golden.chunk
        var observation = try golden.observation(0)
        for _ in 0..<3 { try policy.plan(observation, into: &chunk) }
        #expect(policy.takenIn == (words: 1, pictures: 2, states: 3))
        let first = chunk.values
        // The wrist's picture stands behind the front's: that one is kept.
        observation.frames[1].rgb[5] ^= 255
        try policy.plan(observation, into: &chunk)
        #expect(policy.takenIn == (words: 1, pictures: 3, states: 4))
        observation.frames[1].rgb[5] ^= 255
        observation.instruction = "open the can"
        try policy.plan(observation, into: &chunk)
        #expect(policy.takenIn == (words: 2, pictures: 5, states: 5))
        observation.instruction = GoldenLanguagePolicy.text
        try policy.plan(observation, into: &chunk)
        #expect(chunk.values == first)
    }

    @Test func `each format of weights decodes a chunk`() throws {
        for format in WeightFormat.allCases {
            let golden = try GoldenLanguagePolicy(format: format)
            var chunk = golden.chunk
            try golden.policy().plan(golden.observation(1), into: &chunk)
            #expect(chunk.values.allSatisfy { (-1...1).contains($0) }, "\(format)")
        }
    }
}

/// What an observation may lack, and what becomes of it.
@Suite struct DiscreteDiffusionInputTests {
    let golden: GoldenLanguagePolicy

    init() throws { golden = try GoldenLanguagePolicy() }

    private func fault(_ change: (inout Observation) -> Void) throws -> String {
        var observation = try golden.observation(0)
        change(&observation)
        var chunk = golden.chunk
        let policy = try golden.policy()
        do throws(LoopFault) {
            try policy.plan(observation, into: &chunk)
        } catch {
            return error.description
        }
        return "none"
    }

    @Test func `an instruction that is missing, empty or too long is a fault that says so`() throws
    {
        #expect(try fault { $0.instruction = nil }.contains("needs an instruction"))
        #expect(try fault { $0.instruction = "" }.contains("no word"))
        #expect(try fault { $0.instruction = " .,!? " }.contains("no word"))
        let long = String(repeating: "open the can ", count: 800)
        #expect(long.utf8.count > 10_000)
        #expect(try fault { $0.instruction = long }.contains("more words"))
        #expect(try fault { $0.instruction = String(repeating: "x", count: 10_240) } == "none")
    }

    @Test func `after a bad instruction the good one is taken in anew`() throws {
        let policy = try golden.policy("rounds=2,temperature=argmax")
        var chunk = golden.chunk
        var observation = try golden.observation(0)
        try policy.plan(observation, into: &chunk)
        let first = chunk.values
        observation.instruction = ""
        #expect(throws: LoopFault.self) { try policy.plan(observation, into: &chunk) }
        observation.instruction = GoldenLanguagePolicy.text
        try policy.plan(observation, into: &chunk)
        #expect(chunk.values == first)
    }

    @Test func `unknown words are read as one unknown word`() throws {
        let policy = try golden.policy("rounds=2,temperature=argmax")
        var chunk = golden.chunk
        var observation = try golden.observation(0)
        observation.instruction = "put the zebra"
        try policy.plan(observation, into: &chunk)
        let first = chunk.values
        observation.instruction = "put the giraffe"
        try policy.plan(observation, into: &chunk)
        #expect(chunk.values == first)
        #expect(golden.model.vocabulary.unknownWords(in: "Put the Giraffe") == ["giraffe"])
    }

    @Test func `a missing view and a broken picture are faults`() throws {
        #expect(try fault { $0.frames.removeLast() }.contains("lacks a view"))
        #expect(try fault { $0.frames = [] }.contains("lacks a view"))
        #expect(try fault { $0.frames[1].rgb.removeLast() }.contains("size that it says"))
        #expect(
            try fault { $0.frames[1] = CameraFrame(name: "wrist", width: 0, height: 0) }
                .contains("size that it says")
        )
    }

    @Test func `a picture of any other size is resized`() throws {
        let policy = try golden.policy()
        var chunk = golden.chunk
        var observation = try golden.observation(0)
        for (width, height) in [(1, 1), (640, 480), (7, 200)] {
            observation.frames[1] = CameraFrame(name: "wrist", width: width, height: height)
            try policy.plan(observation, into: &chunk)
            #expect(chunk.values.allSatisfy { $0.isFinite })
        }
    }

    @Test func `a state that is not finite or of other joints is a fault`() throws {
        #expect(try fault { $0.gripperOpening = .nan }.contains("observed state"))
        #expect(
            try fault { $0.jointPositions = JointVector(count: 6) }.contains("number of joints")
        )
    }
}
