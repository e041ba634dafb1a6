import Diagnostics
import Foundation
import Recording
import Robots
import Runtime
import Tasks
import Testing
import Viewer

@testable import simrun

/// A scripted device: holds the keys that lead to the goal, as a person would.
private struct ScriptedOperator: CommandSource {
    /// What to answer when an episode is over, in turn; nothing more ends the session.
    var verdicts: [OperatorLink.Request]
    let controls: ViewControls
    var phases: [TeleoperationPhase] = []
    /// Ends the first episode by request after so many ticks.
    var endsAfter: Int?
    var ticks = 0

    mutating func update(
        _ link: OperatorLink,
        during phase: TeleoperationPhase,
        _ seen: Observation
    ) {
        switch phase {
        case .ready:
            link.move(linear: SIMD3(0, 0, 1))
        case .running:
            ticks += 1
            if ticks == endsAfter { link.ask(.accept) }
            guard let goal = seen.goal else { return }
            let way = goal - seen.worldFromTool.translation
            // Keys are down or up, near the goal too: the slow key helps there.
            let slow: Float = way.length < 0.04 ? 0.25 : 1
            var held = SIMD3<Float>.zero
            for axis in 0..<3 where abs(way[axis]) > 0.006 { held[axis] = way[axis] > 0 ? 1 : -1 }
            link.move(linear: held * slow)
        case .judging:
            link.move(linear: .zero)
            guard !verdicts.isEmpty else { return controls.quit() }
            link.ask(verdicts.removeFirst())
        }
    }
}

@Suite struct TeleoperationTests {
    private static func setup(_ task: String) throws -> TaskSetup {
        let root = Simrun.root.path
        let definition = try TaskLibrary(folders: [root + "/tasks"]).task(named: task)
        let robot = try RobotLibrary(searchPaths: [root + "/robots"]).load(definition.robot)
        return try TaskSetup(task: definition, robot: robot)
    }

    private func record(
        _ verdicts: [OperatorLink.Request],
        episodes: Int?,
        endsAfter: Int? = nil
    ) throws -> (tables: [EpisodeTable], tally: SessionTally) {
        let controls = ViewControls(isWallClock: false)
        var session = try TeleoperationSession(
            setup: Self.setup("reach"),
            options: SessionOptions(
                seed: 1_000_000,
                episodes: episodes,
                timeLimit: .seconds(20),
                linger: .seconds(0.2),
                operatorName: "script"
            ),
            link: OperatorLink(),
            publisher: ViewPublisher(),
            controls: controls,
            source: ScriptedOperator(
                verdicts: verdicts,
                controls: controls,
                endsAfter: endsAfter
            ),
            time: ManualTime()
        )
        var tables: [EpisodeTable] = []
        let tally = try session.record { tables.append($0) }
        return (tables, tally)
    }

    @Test func `held keys reach the goal, and the file reads back`() throws {
        let (tables, tally) = try record([.accept, .accept], episodes: 2)
        #expect(tally == SessionTally(kept: 2, discarded: 0, nextSeed: 1_000_002))
        #expect(tables.map(\.seed) == [1_000_000, 1_000_001])
        let folder = try Simrun.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "reach.hdf5").path
        let writer = try DemonstrationWriter(path: path, environment: "reach")
        for table in tables { try writer.append(table) }
        try writer.finish()
        let reader = try DemonstrationReader(path: path)
        #expect(reader.demonstrations.map(\.seed) == [1_000_000, 1_000_001])
        for demonstration in reader.demonstrations {
            #expect(demonstration.attributes["success"] == .integer(1))
            #expect(demonstration.attributes["operator"] == .text("script"))
            // 0.25 m/s of the 0.4 m/s that the mode can do: keys give no other numbers.
            let actions: Dataset<Float> = try reader.read(
                "actions",
                of: demonstration.name
            )
            let motion = stride(from: 0, to: actions.values.count, by: 4).flatMap {
                actions.values[$0..<$0 + 3]
            }
            let speeds = Set(motion.map { ($0 * 1000).rounded() / 1000 }.map(abs))
            #expect(speeds.isSubset(of: [0, 0.157, 0.625]))
            #expect(speeds.contains(0.625))
            let executed: Dataset<Float> = try reader.read(
                "actions_executed",
                of: demonstration.name
            )
            #expect(executed.values == actions.values)
        }
    }

    @Test func `a scene can be tried again, skipped, and ended by key`() throws {
        let (tables, tally) = try record(
            [.discard, .accept, .skip],
            episodes: nil,
            endsAfter: 30
        )
        // The first try ended early and was thrown away; the same seed was kept, the next skipped,
        // and with no word on the one after that the session ended.
        #expect(tables.map(\.seed) == [1_000_000])
        #expect(tally == SessionTally(kept: 1, discarded: 2, nextSeed: 1_000_002))
        #expect(tables[0].attributes["success"] == .integer(1))
    }

    @Test func `an episode that is ended by key can be kept as a failure`() throws {
        let (tables, tally) = try record([.accept], episodes: 1, endsAfter: 30)
        #expect(tally.kept == 1)
        // 30 ticks at 60 Hz, a policy step every third.
        #expect(tables[0].stepCount == 10)
        #expect(tables[0].attributes["success"] == .integer(0))
    }

    @Test func `the same keys give the same demonstration`() throws {
        let first = try record([.accept], episodes: 1).tables[0]
        let second = try record([.accept], episodes: 1).tables[0]
        #expect(first.attributes == second.attributes)
        for path in ["actions", "states"] {
            let a = first.columns.first { $0.path == path }
            let b = second.columns.first { $0.path == path }
            #expect(a?.bytes == b?.bytes)
        }
    }
}
