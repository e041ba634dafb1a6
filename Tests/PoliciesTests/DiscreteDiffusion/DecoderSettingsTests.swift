import Diagnostics
import Testing

@testable import Policies

@Suite struct DecoderSettingsTests {
    /// Tokens decided in each round.
    private func decided(_ text: String, of start: Int) throws -> [Int] {
        var settings = DecoderSettings()
        try settings.change(text, key: "test")
        let rounds = settings.rounds(masked: start, of: start)
        var left = start
        return (1...rounds).map { round in
            let now = settings.remaining(after: round, of: rounds, start: start)
            defer { left = now }
            return left - now
        }
    }

    @Test func `the cosine schedule is the published one`() throws {
        #expect(try decided("rounds=12", of: 56) == [1, 1, 3, 3, 4, 5, 5, 6, 7, 7, 7, 7])
        #expect(try decided("rounds=8", of: 56) == [2, 3, 5, 7, 8, 10, 11, 10])
        #expect(try decided("rounds=6", of: 56) == [2, 6, 9, 11, 14, 14])
        #expect(try decided("rounds=4", of: 56) == [5, 12, 18, 21])
    }

    @Test func `the ascending schedule doubles, the single one takes one`() throws {
        #expect(try decided("schedule=ascending,rounds=6", of: 56) == [1, 2, 4, 8, 16, 25])
        #expect(try decided("schedule=ascending,rounds=5", of: 56) == [1, 2, 4, 8, 41])
        #expect(try decided("schedule=single", of: 9) == [Int](repeating: 1, count: 9))
    }

    @Test func `every schedule decides all tokens, whatever their number`() throws {
        for schedule in DecoderSettings.Schedule.allCases {
            for (rounds, start) in [(1, 1), (12, 1), (256, 3), (40, 56), (2, 4096)] {
                let text = "schedule=\(schedule.rawValue),rounds=\(rounds)"
                let counts = try decided(text, of: start)
                #expect(counts.reduce(0, +) == start, "\(text) of \(start)")
                #expect(counts.allSatisfy { $0 >= 0 })
            }
        }
    }

    @Test func `a frozen part costs fewer rounds`() {
        let settings = DecoderSettings()
        #expect(settings.rounds(masked: 28, of: 56) == 6)
        #expect(settings.rounds(masked: 1, of: 56) == 1)
    }

    @Test func `temperature falls to 0 in the last round`() {
        var settings = DecoderSettings()
        #expect(settings.heat(round: 12, of: 12) == 0)
        #expect(abs(settings.heat(round: 1, of: 12) - 11 / 12) < 1e-6)
        settings.temperature = .fixed
        #expect(settings.heat(round: 12, of: 12) == 1)
        settings.temperature = .argmax
        #expect(settings.heat(round: 1, of: 12) == 0)
    }

    @Test func `the last round takes nothing back`() {
        var settings = DecoderSettings()
        settings.remasking = .threshold
        #expect(settings.takesBack(0.2, decidedAt: 0.9, round: 7, of: 12))
        #expect(!settings.takesBack(0.3, decidedAt: 0.9, round: 7, of: 12))
        #expect(!settings.takesBack(0, decidedAt: 0.9, round: 12, of: 12))
        settings.remasking = .drop
        #expect(settings.takesBack(0.5, decidedAt: 0.9, round: 2, of: 12))
        #expect(!settings.takesBack(0.7, decidedAt: 0.9, round: 2, of: 12))
    }

    @Test(arguments: [
        "", "rounds", "rounds=0", "rounds=257", "rounds=x", "order=best", "schedule=", "drop=2",
        "sub_bin=1",
        "round=4", "temperature_start=0", "threshold=nan", "rounds=4,",
    ])
    func `a wrong setting is refused`(text: String) {
        var settings = DecoderSettings()
        #expect(throws: InputError.self) { try settings.change(text, key: "--decode") }
    }
}
