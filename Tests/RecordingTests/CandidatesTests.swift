import Foundation
import Runtime
import Testing

@testable import Recording

/// A policy that draws several plans will note them; today's draw one.
@Suite struct CandidatesTests {
    private static let most = 3

    private static var layout: EpisodeLayout {
        var layout = EpisodeRecorderTests.layout
        layout.candidates = most
        return layout
    }

    /// Records 7 ticks, with candidates at those that plan: 1, 2 and 3 of them.
    private static func record(into sinks: [any RecordingSink], better: Float = 0) throws {
        var description = EpisodeRecorderTests.description
        description.layout = layout
        let recorder = EpisodeRecorder(layout: layout, sinks: sinks, patience: .seconds(10))
        try recorder.begin(description) { _ in }
        for tick in 0..<7 {
            if tick % 3 == 0 {
                let count = 1 + tick / 3
                let values = (0..<count).map { Float($0) / 3 + (tick == 3 ? better : 0) }
                let actions = (0..<count * 8).map { Float($0) / 7 }
                actions.withUnsafeBufferPointer { actions in
                    values.withUnsafeBufferPointer { values in
                        recorder.noteCandidates(
                            actions,
                            values: values,
                            chosen: count - 1,
                            at: .milliseconds(10 * Double(tick))
                        )
                    }
                }
            }
            EpisodeRecorderTests.note(tick, in: recorder)
        }
        try recorder.end(["success": "true", "end_reason": "success", "state_hash": "0"])
        #expect(recorder.dropped == 0)
    }

    private static func recording(_ folder: Folder, better: Float = 0) throws -> RecordedEpisode {
        let path = folder.path("episode-\(better).mcap")
        try record(into: [RecordingFile(library: "test") { _ in path }], better: better)
        return try RecordedEpisode(path: path)
    }

    @Test func `candidates and their values are given back, each with its plan's tick`() throws {
        let episode = try Self.recording(try Folder())
        #expect(episode.layout == Self.layout)
        let found = try episode.messages(of: "/action/candidates", as: CandidatesMessage.self)
        #expect(found.map(\.ordinal) == [0, 3, 6])
        #expect(found.map(\.message.chosen) == [0, 1, 2])
        #expect(found[2].message.values == [0, Float(1) / 3, Float(2) / 3])
        let last = found[2].message.actions
        #expect(last.count == 3 && last.allSatisfy { $0.count == 2 && $0[0].count == 4 })
        #expect(last[2][1] == (20..<24).map { Float($0) / 7 })
        let times = episode.raw("/action/candidates").map { $0.logTime - episode.epoch }
        #expect(times == [0, 30_000_000, 60_000_000])
        // The cameras' channels are where they were.
        #expect(episode.raw("/camera/front").count == 4)
    }

    @Test func `a critic that thinks otherwise is a difference, before the plan's`() throws {
        let episode = try Self.recording(try Folder(), better: 0.25)
        let list = MessageList()
        try Self.record(into: [list])
        let difference = try #require(EpisodeDifference.first(in: episode, against: list))
        #expect(difference.topic == "/action/candidates" && difference.ordinal == 3)
        #expect(difference.field.hasPrefix("values"))
    }

    @Test func `a policy of one plan has no such topic`() throws {
        let list = MessageList()
        try EpisodeRecorderTests.record(3, into: [list])
        #expect(!list.channels.contains { $0.topic == "/action/candidates" })
    }
}
