import Diagnostics
import Foundation
import Robots
import Runtime
import Synchronization
import Testing

@testable import Tasks

@Suite struct ExpertTests {
    /// Cameras of few pixels: experts do not look.
    static let small = [
        ("width: 128", "width: 8"), ("height: 128", "height: 8"), ("points: 256", "points: 16"),
    ]

    /// What an episode came to, down to the last bit of state and cloud.
    struct Record: Equatable, Sendable {
        var result: EpisodeResult
        var stateHash: UInt64
        var actions: [Float] = []
        var intended: [Float] = []
        var clouds = 0
        var recoveries = 0
    }

    /// Runs episodes of the expert, one after the other on one plant.
    static func episodes(
        _ setup: TaskSetup,
        seeds: [UInt64],
        clock: LoopClock = .lockstep,
        latency: LatencySource = .free,
        noise: Double = 0,
        timeLimit: TimeSpan? = nil
    ) throws -> [Record] {
        let plant = try setup.makePlant()
        var loop = ControlLoop(
            plant: plant,
            policy: try setup.makeExpert(for: plant, noise: noise),
            observation: plant.blankObservation,
            time: MonotonicTime(),
            configuration: LoopConfiguration(
                rate: setup.rate,
                policyHertz: setup.task.rates.policy,
                clock: clock,
                latency: latency,
                execution: .replan,
                controller: ActionController(try setup.controller()),
                limits: try setup.limits()
            )
        )
        var journal = EpisodeJournal()
        return try seeds.map { seed in
            try loop.plant.reset(seed: seed)
            var actions: [Float] = []
            var intended: [Float] = []
            var clouds = Hasher()
            let result = try loop.runEpisode(
                seed: seed,
                stop: .success,
                timeLimit: timeLimit ?? setup.task.timeLimit,
                journal: &journal,
                afterTick: { loop, acted in
                    guard acted else { return }
                    actions += loop.lastAction.values
                    intended += loop.policy.intended.values
                    clouds.combine(loop.observation.cloud.coordinates)
                }
            )
            return Record(
                result: result,
                stateHash: loop.plant.stateHash,
                actions: actions,
                intended: intended,
                clouds: clouds.finalize(),
                recoveries: loop.policy.recoveries
            )
        }
    }

    @Test(arguments: ["reach", "pick-place"])
    func `the expert succeeds and means what it does`(task: String) throws {
        let setup = try TaskSetup.of(task, replacing: Self.small)
        for record in try Self.episodes(setup, seeds: Array(0..<10)) {
            #expect(record.result.success, "seed \(record.result.seed)")
            #expect(record.result.endReason == .success)
            #expect(record.actions == record.intended)
            #expect(record.actions.allSatisfy { abs($0) <= 1 })
        }
    }

    @Test(arguments: ["conveyor-pick", "track", "intercept"])
    func `the expert keeps up with what moves, and 132 ms late it does not`(task: String) throws {
        let setup = try TaskSetup.of(task, replacing: Self.small)
        let seeds: [UInt64] = [0, 1]
        for record in try Self.episodes(setup, seeds: seeds) {
            #expect(record.result.success, "seed \(record.result.seed)")
        }
        let late = LatencySource.fixed(.milliseconds(132))
        for record in try Self.episodes(setup, seeds: seeds, clock: .charged, latency: late) {
            #expect(!record.result.success, "seed \(record.result.seed)")
        }
    }

    @Test func `noise is keyed by the seed and spares the label`() throws {
        let setup = try TaskSetup.of("reach", replacing: Self.small)
        let run = {
            try Self.episodes(setup, seeds: [1, 2], noise: 0.2, timeLimit: .seconds(1))
        }
        let first = try run()
        let again = try run()
        #expect(again == first)
        #expect(first[0].actions != first[0].intended)
        #expect(first[0].actions.prefix(3) != first[1].actions.prefix(3))
        let differences = zip(first[0].actions, first[0].intended).enumerated()
            .filter { $0.offset % 4 == 3 }
        #expect(differences.allSatisfy { $0.element.0 == $0.element.1 })
        #expect(first[0].actions.allSatisfy { abs($0) <= 1 })
    }

    @Test(arguments: [
        (LoopClock.lockstep, LatencySource.free), (.charged, .fixed(.milliseconds(6.8))),
    ])
    func `the same seeds give the same episodes`(clock: LoopClock, latency: LatencySource) throws {
        let setup = try TaskSetup.of("pick-place")
        let run = { (seeds: [UInt64]) in
            try Self.episodes(
                setup,
                seeds: seeds,
                clock: clock,
                latency: latency,
                timeLimit: .seconds(2)
            )
        }
        let first = try run([8, 9])
        let again = try run([8, 9])
        #expect(again == first)
        // Nor does it matter what ran before on the same plant.
        let after = try run([3, 9])
        #expect(after[1] == first[1])
        #expect(first[0].stateHash != first[1].stateHash)
    }

    @Test func `two plants on two threads do what one does alone`() throws {
        let setup = try TaskSetup.of("pick-place", replacing: Self.small)
        let latency = LatencySource.fixed(.milliseconds(6.8))
        let alone = try Self.episodes(setup, seeds: [1, 2], clock: .charged, latency: latency)
        let beside = Mutex<[Int: [Record]]>([:])
        DispatchQueue.concurrentPerform(iterations: 2) { index in
            let records = try? Self.episodes(
                setup,
                seeds: [UInt64(index + 1)],
                clock: .charged,
                latency: latency
            )
            beside.withLock { $0[index] = records }
        }
        let both = beside.withLock { $0 }
        #expect((both[0] ?? []) + (both[1] ?? []) == alone)
    }

    @Test func `a charged delay changes the episode`() throws {
        let setup = try TaskSetup.of("reach", replacing: Self.small)
        let prompt = try Self.episodes(setup, seeds: [1])
        let late = try Self.episodes(
            setup,
            seeds: [1],
            clock: .charged,
            latency: .fixed(.milliseconds(6.8))
        )
        #expect(prompt[0].stateHash != late[0].stateHash)
    }

    @Test func `experts move the tool alone and say so`() throws {
        let setup = try TaskSetup.of(
            "reach",
            replacing: [
                ("mode: pd_ee_delta_pos", "mode: pd_joint_delta_pos"),
                ("translation_scale: 0.02 m", "joint_scale: 0.02 rad"),
            ]
        )
        let plant = try setup.makePlant()
        let error = try #require(throws: InputError.self) { try setup.makeExpert(for: plant) }
        #expect(error.description.contains("pd_ee_delta_pos"))
        #expect(throws: InputError.self) { try Expert.named("push") }
    }

    @Test func `an episode that runs out of time says how far it came`() throws {
        let setup = try TaskSetup.of("pick-place", replacing: Self.small)
        var plant = try setup.makePlant()
        try plant.advance(holding: setup.home, substeps: 240)
        #expect(plant.failureCause == "cube never touched")
        let reach = try TaskSetup.of("reach", replacing: Self.small).makePlant()
        #expect(reach.failureCause == "not at the goal in time")
    }

    @Test func `training seeds begin at a million`() {
        #expect(TrainingSeeds.first == 1_000_000)
    }
}
