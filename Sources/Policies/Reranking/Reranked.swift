public import Runtime

/// Draws candidates from a policy, values them by a rule and takes the one that it chooses.
///
/// With a ``ValueGuidance`` this is V-GPS (arXiv 2410.13816) round any policy. Candidates come in
/// waves; after each, the best so far could be taken, and the ``RerankBudget`` says whether another
/// is drawn. A candidate whose value is not finite is dropped; where all are, the first is taken:
/// what the bare policy had done. With one candidate the plans are the policy's own, to the last bit.
public struct Reranked<Base: CandidateSource, Rule: SelectionRule, Time: TimeSource>: Policy {
    private var base: Base
    private var rule: Rule
    private let time: Time
    private let most: Int
    private let budget: RerankBudget
    private var chunks: [ActionChunk]
    private var values: [Float]
    private var count = 0
    private var chosen = 0

    /// Time that went into valuing and choosing.
    public private(set) var rerankTime: TimeSpan = .zero

    /// Wraps a policy.
    ///
    /// - Parameters:
    ///   - base: Draws the candidates.
    ///   - rule: Chooses among them.
    ///   - candidates: How many at most, at least 1.
    ///   - budget: When to stop before that.
    ///   - time: Where time is read, for the stages and a budget in time.
    public init(
        _ base: Base,
        rule: Rule,
        candidates: Int,
        budget: RerankBudget = .none,
        time: Time
    ) {
        precondition(candidates > 0, "at least one candidate")
        self.base = base
        self.rule = rule
        self.time = time
        self.budget = budget
        most = candidates
        let shape = base.shape
        let room = (candidates + base.wave - 1) / base.wave * base.wave
        chunks = (0..<room).map { _ in
            ActionChunk(horizon: shape.horizon, width: shape.actionWidth)
        }
        values = [Float](repeating: 0, count: room)
    }

    /// The policy's own, with candidates.
    public var shape: PolicyShape {
        var shape = base.shape
        shape.candidates = most
        return shape
    }

    /// Forgets the last episode; policy and rule draw anew from `seed`.
    public mutating func reset(seed: UInt64) {
        base.reset(seed: seed)
        rule.reset(seed: seed)
        count = 0
    }

    /// Passed on to the policy.
    public mutating func observe(_ observation: Observation) throws(LoopFault) {
        try base.observe(observation)
    }

    /// Passed on to the policy: every candidate begins with the frozen actions.
    public mutating func freeze(_ rows: ActionChunk, count: Int) {
        base.freeze(rows, count: count)
    }

    /// Draws, values and chooses.
    ///
    /// Does not allocate.
    public mutating func plan(
        _ observation: Observation,
        into chunk: inout ActionChunk
    ) throws(LoopFault) {
        rerankTime = .zero
        try base.begin(observation)
        var mark = time.now()
        try rule.begin(observation)
        spend(since: &mark)
        try drawWaves(from: mark)
        mark = time.now()
        chosen = choice()
        chunk.copy(chunks[chosen])
        spend(since: &mark)
    }

    /// The last plan's candidates.
    public func copyCandidates(into set: inout CandidateSet) {
        guard count > 0 else { return set.clear() }
        set.fill(chunks, values: values, count: count, chosen: chosen)
    }

    private mutating func drawWaves(from start: TimeSpan) throws(LoopFault) {
        count = 0
        var waves = 0
        var longest = TimeSpan.zero
        var began = start
        while count < most, waves == 0 || allows(waves, longest, since: start, now: began) {
            try base.draw(into: &chunks, from: count)
            let drawn = count..<min(most, count + base.wave)
            var mark = time.now()
            try rule.value(chunks, drawn, into: &values)
            spend(since: &mark)
            count = drawn.upperBound
            waves += 1
            longest = max(longest, mark - began)
            began = mark
        }
    }

    private func allows(
        _ waves: Int,
        _ longest: TimeSpan,
        since start: TimeSpan,
        now: TimeSpan
    ) -> Bool {
        switch budget {
        case .none: true
        case .time(let span): now - start + longest <= span
        case .waves(let most): waves < most
        }
    }

    private mutating func choice() -> Int {
        for index in 0..<count where values[index].isFinite {
            return rule.choose(chunks, &values, count: count)
        }
        return 0
    }

    private mutating func spend(since mark: inout TimeSpan) {
        let now = time.now()
        rerankTime = rerankTime + (now - mark)
        mark = now
    }
}
