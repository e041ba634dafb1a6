import Testing

@testable import Runtime

@Suite struct EpisodeTests {
    private func run(
        _ loop: inout ScriptedLoop.Loop,
        stop: StopRule = .success,
        journal: inout EpisodeJournal,
        isInterrupted: () -> Bool = { false }
    ) throws -> EpisodeResult {
        try loop.runEpisode(
            seed: 11,
            stop: stop,
            timeLimit: .milliseconds(200),
            journal: &journal,
            isInterrupted: isInterrupted
        )
    }

    @Test func `an episode ends at its time limit`() throws {
        var loop = try ScriptedLoop().loop()
        var journal = EpisodeJournal()
        let result = try run(&loop, journal: &journal)
        #expect(result.endReason == .timeLimit && !result.success)
        #expect(result.ticks == 20 && result.misses == 0)
        #expect(result.elapsed == .milliseconds(200) && result.seed == 11)
        #expect(loop.policy.log.resets == [7, 11])
    }

    @Test func `an episode ends with its success, unless it is to go on`() throws {
        var journal = EpisodeJournal()
        var loop = try ScriptedLoop().loop(plant: { $0.succeedsAtStep = 55 })
        let stopped = try run(&loop, journal: &journal)
        #expect(stopped.endReason == .success && stopped.success && stopped.ticks == 6)
        var other = try ScriptedLoop().loop(plant: { $0.succeedsAtStep = 55 })
        let whole = try run(&other, stop: .timeLimit, journal: &journal)
        #expect(whole.success && whole.ticks == 20)
        #expect(whole.status.succeededAt == .milliseconds(60))
    }

    @Test func `an interrupt ends an episode between ticks`() throws {
        var loop = try ScriptedLoop().loop()
        var journal = EpisodeJournal()
        var asked = 0
        let result = try run(
            &loop,
            journal: &journal,
            isInterrupted: {
                asked += 1
                return asked > 4
            }
        )
        #expect(result.endReason == .interrupted && result.ticks == 4)
    }

    @Test func `lost periods are counted against the episode, in which fewer ticks fit`() throws {
        var loop = try ScriptedLoop(clock: .charged, latency: .fixed(.milliseconds(25))).loop()
        var journal = EpisodeJournal()
        let result = try run(&loop, journal: &journal)
        #expect(result.ticks == 7 && result.misses == 14)
        // The last tick would end at 210 ms; no delay reaches past the time limit.
        #expect(result.elapsed == .milliseconds(200))
        #expect(journal.account.missedPeriods == 14)
        let next = try run(&loop, journal: &journal)
        #expect(next.ticks == 0 && journal.account.ticks == 7)
    }

    @Test func `a delay longer than the episode ends with it`() throws {
        var loop = try ScriptedLoop(clock: .charged, latency: .fixed(.seconds(3600))).loop(
            plant: { $0.succeedsAtStep = 250 }
        )
        var journal = EpisodeJournal()
        let result = try run(&loop, journal: &journal)
        #expect(result.elapsed == .milliseconds(200) && result.ticks == 1)
        #expect(!result.success && result.endReason == .timeLimit)
    }

    @Test func `a journal keeps the last ticks for a fault's report`() throws {
        var loop = try ScriptedLoop().loop(policy: { $0.nanAtPlan = 14 })
        var journal = EpisodeJournal()
        #expect(throws: LoopFault.self) { try run(&loop, journal: &journal) }
        #expect(journal.recent.map(\.tick) == Array(4..<14))
        #expect(journal.episodeTicks == 14)
    }

    @Test func `a journal keeps the trace to save only when asked to`() throws {
        var loop = try ScriptedLoop(policyHertz: 50).loop(policy: {
            $0.costs = [.microseconds(7.5)]
        })
        var journal = EpisodeJournal(keepsLatencyText: true)
        _ = try run(&loop, journal: &journal)
        let text = try #require(journal.latencyText?.text)
        let lines = text.split(separator: "\n")
        #expect(lines.count == 23)
        #expect(
            lines[1...4] == [
                "sense_us infer_us rerank_us act_us", "episode 11", "0.000 7.500 0.000 0.000",
                "0.000 - - 0.000",
            ]
        )
        #expect(EpisodeJournal().latencyText == nil)
    }
}
