import Diagnostics
import Runtime
import Spatial
import Testing

@testable import Policies

/// Plans numbers that count up, and takes a millisecond for each wave.
private struct CountingSource: CandidateSource {
    let time: ManualTime
    let wave: Int
    var drawn = 0
    var shape: PolicyShape { PolicyShape(horizon: 1, actionWidth: 1) }

    mutating func reset(seed: UInt64) { drawn = 0 }
    mutating func begin(_ observation: Observation) throws(LoopFault) {}

    mutating func plan(_ observation: Observation, into chunk: inout ActionChunk) throws(LoopFault)
    {
        chunk[0, 0] = Float(drawn)
    }

    mutating func draw(into chunks: inout [ActionChunk], from first: Int) throws(LoopFault) {
        for index in 0..<wave { chunks[first + index][0, 0] = Float(drawn + index) }
        drawn += wave
        time.advance(by: .milliseconds(1))
    }
}

/// Values what it is told.
private struct GivenValues: SelectionRule {
    var given: [Float]

    mutating func reset(seed: UInt64) {}

    mutating func value(_ chunks: [ActionChunk], _ range: Range<Int>, into values: inout [Float])
        throws(LoopFault)
    {
        for index in range { values[index] = given[index] }
    }

    mutating func choose(_ chunks: [ActionChunk], _ values: inout [Float], count: Int) -> Int {
        var best = 0
        for index in 0..<count where values[index].isFinite {
            if !values[best].isFinite || values[index] > values[best] { best = index }
        }
        return best
    }
}

@Suite struct RerankedTests {
    private let observation = Observation(jointCount: 7, cloudPoints: 0)

    private func plan<Rule: SelectionRule>(
        _ rule: Rule,
        candidates: Int,
        wave: Int,
        budget: RerankBudget = .none
    ) throws -> (plan: Float, set: CandidateSet) {
        let time = ManualTime()
        var policy = Reranked(
            CountingSource(time: time, wave: wave),
            rule: rule,
            candidates: candidates,
            budget: budget,
            time: time
        )
        policy.reset(seed: 0)
        var chunk = ActionChunk(horizon: 1, width: 1)
        try policy.plan(observation, into: &chunk)
        var set = CandidateSet(policy.shape)
        policy.copyCandidates(into: &set)
        return (chunk[0, 0], set)
    }

    @Test func `the best of all waves is taken, and all are told of`() throws {
        let rule = GivenValues(given: [1, 5, 2, 7, 3, 0, 0])
        let (plan, set) = try plan(rule, candidates: 5, wave: 2)
        #expect(plan == 3)
        #expect(set.count == 5 && set.chosen == 3 && set.dropped == 0)
        #expect(set.values == [1, 5, 2, 7, 3] && set.actions == [0, 1, 2, 3, 4])
    }

    @Test func `a value that is no number drops its candidate`() throws {
        let (plan, set) = try plan(
            GivenValues(given: [.nan, 2, .infinity, 1]),
            candidates: 4,
            wave: 4
        )
        #expect(plan == 1 && set.dropped == 2 && !set.isFallback)
    }

    @Test func `where nothing has a value, the first is taken and that is told`() throws {
        let (plan, set) = try plan(GivenValues(given: [.nan, .nan]), candidates: 2, wave: 1)
        #expect(plan == 0 && set.dropped == 2 && set.isFallback)
    }

    @Test(
        arguments: [
            (RerankBudget.none, 8), (.waves(3), 6), (.waves(0), 2), (.time(.milliseconds(3)), 6),
            (.time(.milliseconds(0.5)), 2), (.time(.milliseconds(100)), 8),
        ]
    )
    func `a budget stops between waves, after the first at the earliest`(
        budget: RerankBudget,
        count: Int
    ) throws {
        let rule = GivenValues(given: [Float](repeating: 0, count: 8))
        #expect(try plan(rule, candidates: 8, wave: 2, budget: budget).set.count == count)
    }

    @Test func `one candidate is the bare policy's plan, to the last bit`() throws {
        let golden = try GoldenPolicy()
        let json = try golden.json.replacing("\"noise\": \"zero\"", with: "\"noise\": \"normal\"")
        let model = try GoldenPolicy.withDirectory(json: json, weights: golden.weights) {
            try UNetModel(directory: $0)
        }
        let bare = UNetPolicy(model: model)
        var wrapped = Reranked(
            UNetPolicy(model: model),
            rule: RandomSelection(),
            candidates: 1,
            time: ManualTime()
        )
        bare.reset(seed: 9)
        wrapped.reset(seed: 9)
        var one = ActionChunk(horizon: 8, width: 4)
        var other = one
        for step in 0..<3 {
            try bare.plan(golden.observation(step), into: &one)
            try wrapped.plan(golden.observation(step), into: &other)
            #expect(one.values == other.values)
        }
    }

    @Test func `planning thrice from one observation leaves its history alone`() throws {
        let golden = try GoldenPolicy()
        let model = try UNetModel(directory: golden.directory)
        let bare = UNetPolicy(model: model)
        var repeated = RepeatedPlans(
            UNetPolicy(model: model),
            observation: try golden.observation(0)
        )
        bare.reset(seed: 2)
        repeated.reset(seed: 2)
        var expected = ActionChunk(horizon: 8, width: 4)
        var chunks = (0..<3).map { _ in expected }
        for step in 0..<3 {
            // Its noise is zero: what differs could only be the observations before.
            try bare.plan(golden.observation(step), into: &expected)
            try repeated.begin(golden.observation(step))
            for index in 0..<3 { try repeated.draw(into: &chunks, from: index) }
            for chunk in chunks { #expect(chunk.values == expected.values) }
        }
    }

    @Test func `random choice takes each alike`() {
        var rule = RandomSelection()
        rule.reset(seed: 1)
        let chunks = (0..<4).map { _ in ActionChunk(horizon: 1, width: 1) }
        var values: [Float] = [0, 0, 0, 0]
        var counts = [0, 0, 0, 0]
        for _ in 0..<4000 { counts[rule.choose(chunks, &values, count: 4)] += 1 }
        #expect(counts.allSatisfy { (880..<1120).contains($0) })
    }
}

@Suite struct MedoidSelectionTests {
    private func choose(_ numbers: [Float]) -> (chosen: Int, values: [Float]) {
        let chunks = numbers.map { number in
            var chunk = ActionChunk(horizon: 1, width: 1)
            chunk[0, 0] = number
            return chunk
        }
        var rule = MedoidSelection(most: numbers.count)
        var values = [Float](repeating: 0, count: numbers.count)
        let chosen = rule.choose(chunks, &values, count: numbers.count)
        return (chosen, values)
    }

    @Test func `the middle of the larger cluster is taken, not the mean of all`() {
        let (chosen, values) = choose([0.9, -0.50, -0.40, -0.44, 0.8, -0.42])
        #expect(chosen == 3 || chosen == 5)
        #expect(values[0] < values[1])
    }

    @Test func `draws round one plan are one cluster, in many dimensions too`() {
        var stream = RandomStream(seed: 7)
        let chunks = (0..<12).map { _ in
            var chunk = ActionChunk(horizon: 8, width: 4)
            for place in 0..<32 { chunk.values[place] = Float(stream.normal()) }
            return chunk
        }
        var rule = MedoidSelection(most: 12)
        var values = [Float](repeating: 0, count: 12)
        let chosen = rule.choose(chunks, &values, count: 12)
        // Of one cluster the medoid is the best of all, and no distance but its own is 0.
        #expect(values.allSatisfy { $0 < 0 && $0 <= values[chosen] })
    }

    @Test func `one candidate, equal ones and two apart give the first`() {
        #expect(choose([0.3]).chosen == 0)
        #expect(choose([0.3, 0.3, 0.3]).chosen == 0)
        #expect(choose([0, 1]).chosen == 0)
    }
}
