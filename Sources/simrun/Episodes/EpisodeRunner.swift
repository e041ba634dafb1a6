import Diagnostics
import Foundation
import Inference
import Policies
import Robots
import Runtime
import Serving
import Synchronization
import Tasks

/// Runs a plan's episodes on dedicated threads, one loop each, and gathers them in seed order.
struct EpisodeRunner: Sendable {
    let plan: RunPlan
    /// What people see of it; nil when nobody looks.
    var view: RunView?

    /// What the threads share: the next episode, what is done, and the first failure.
    final class Board: Sendable {
        let next = Atomic<Int>(0)
        let done = Atomic<Int>(0)
        let stopped = Atomic<Bool>(false)
        let results = Mutex(Results())

        struct Results {
            var episodes: [Int: RunResult.Episode] = [:]
            var account = LatencyAccount()
            var latencyText: String?
            var failure: (any Error)?
        }
    }

    /// Runs all episodes; shows progress when standard error is a terminal.
    ///
    /// - Throws: ``Outcome/fault(_:lastTicks:)`` or an ``InputError``.
    func run() throws -> RunResult {
        let board = Board()
        let started = MonotonicTime().now()
        let finished = DispatchSemaphore(value: 0)
        let jobs = min(plan.options.jobs, plan.options.episodes)
        for _ in 0..<jobs {
            let thread = Thread {
                work(board)
                finished.signal()
            }
            thread.stackSize = 8 << 20
            thread.start()
        }
        var progress = Progress(total: plan.options.episodes, quiet: plan.options.gates.ci)
        for _ in 0..<jobs {
            let patience = view?.hasWindow == true ? 0 : 200
            while finished.wait(timeout: .now() + .milliseconds(patience)) == .timedOut {
                view?.refresh()
                progress.show(board.done.load(ordering: .relaxed))
            }
        }
        progress.clear()
        return try board.results.withLock { results in
            if let failure = results.failure { throw failure }
            var run = RunResult()
            run.episodes = results.episodes.sorted { $0.key < $1.key }.map(\.value)
            run.account = results.account
            run.latencyText = results.latencyText
            run.wallSeconds = (MonotonicTime().now() - started).seconds
            run.wasInterrupted = Interrupt.isRequested
            return run
        }
    }

    /// One thread's share of a board, from its own plant, policy and loop.
    func work(_ board: Board) {
        var kept = EpisodeJournal(keepsLatencyText: plan.options.saveLatency != nil)
        do {
            try work(
                SeedLine(
                    next: {
                        let index = board.next.wrappingAdd(1, ordering: .relaxed).oldValue
                        return index < plan.options.episodes
                            ? plan.options.seed + UInt64(index) : nil
                    },
                    deliver: { episode, journal in
                        kept.add(journal)
                        let index = Int(episode.result.seed - plan.options.seed)
                        board.results.withLock { $0.episodes[index] = episode }
                        board.done.wrappingAdd(1, ordering: .relaxed)
                    },
                    isStopped: { board.stopped.load(ordering: .relaxed) }
                )
            )
        } catch {
            board.stopped.store(true, ordering: .relaxed)
            board.results.withLock { if $0.failure == nil { $0.failure = error } }
        }
        board.results.withLock {
            $0.account.add(kept.account)
            // Saved traces are refused with several jobs, so there is one text at most.
            if let text = kept.latencyText { $0.latencyText = text.text }
        }
    }

    /// Runs the seeds of a line, one after the other, with one plant, policy and loop.
    ///
    /// - Throws: ``Outcome/fault(_:lastTicks:)`` or an ``InputError``; what was delivered counts.
    func work(_ line: SeedLine) throws {
        let plant = try plan.setup.makePlant(cloudSeedOffset: plan.options.cloudSeedOffset)
        switch plan.actor {
        case .expert:
            try work(line, plant: plant, brain: plan.setup.makeExpert(for: plant))
        case .random:
            let width = plan.configuration.controller.actionWidth
            try work(line, plant: plant, brain: RandomPolicy(actionWidth: width))
        case .remote(let server):
            try server.requireFits(plant.blankObservation)
            let policy = RemotePolicy(server: server, deadline: RemoteServer.deadline)
            if let reranking = plan.reranking {
                let source = RepeatedPlans(policy, observation: plant.blankObservation)
                try work(line, plant: plant, source: source, reranking)
            } else {
                try work(line, plant: plant, brain: policy)
            }
        case .network(let model):
            let policy = UNetPolicy(
                model: model,
                candidates: plan.reranking?.wave ?? 1,
                partner: plan.options.network.threads == 2 ? ProductPartner() : nil
            )
            if let reranking = plan.reranking {
                try work(line, plant: plant, source: policy, reranking)
            } else {
                try workLearned(line, plant: plant, brain: policy)
            }
        case .language(let policy):
            if let reranking = plan.reranking {
                let source = RepeatedPlans(
                    try policy.makePolicy(),
                    observation: plant.blankObservation
                )
                try work(line, plant: plant, source: source, reranking)
            } else {
                try workLearned(line, plant: plant, brain: policy.makePolicy())
            }
        }
    }

    /// The same, with what is made to fail on purpose.
    private func workLearned<Brain: Policy>(
        _ line: SeedLine,
        plant: SimulatedPlant,
        brain: Brain
    ) throws {
        if let drill = plan.drill {
            try work(line, plant: plant, brain: FaultDrill(brain, drill: drill))
        } else {
            try work(line, plant: plant, brain: brain)
        }
    }

    private func work<Source: CandidateSource>(
        _ line: SeedLine,
        plant: SimulatedPlant,
        source: Source,
        _ reranking: Reranking
    ) throws {
        func rerank<Rule: SelectionRule>(_ rule: Rule) -> Reranked<Source, Rule, PreciseTime> {
            Reranked(
                source,
                rule: rule,
                candidates: reranking.candidates,
                budget: reranking.budget,
                time: PreciseTime()
            )
        }
        switch reranking.rule {
        case .random:
            try work(line, plant: plant, brain: rerank(RandomSelection()))
        case .medoid:
            let rule = MedoidSelection(most: reranking.candidates)
            try work(line, plant: plant, brain: rerank(rule))
        case .critic(let critic, let temperature):
            let rule = ValueGuidance(
                critic: critic,
                temperature: temperature,
                wave: source.wave
            )
            try work(line, plant: plant, brain: rerank(rule))
        }
    }

    private func work<Brain: Policy>(
        _ line: SeedLine,
        plant: SimulatedPlant,
        brain: Brain
    ) throws {
        var loop = ControlLoop(
            plant: plant,
            policy: brain,
            observation: plant.blankObservation,
            time: PreciseTime(),
            configuration: plan.configuration
        )
        // Before the grants: its thread keeps the other processors.
        let recording = try RecordingSession(
            plan: plan,
            plant: loop.plant,
            shape: loop.policy.shape
        )
        var session: WallClockSession?
        if plan.configuration.clock == .wall {
            // After the loop, whose planning thread keeps the other processors.
            session = WallClockSession(
                patience: plan.configuration.patience,
                quiet: plan.options.gates.ci
            )
            try warmUp(&loop)
        }
        while !line.isStopped(), !Interrupt.isRequested, let seed = line.next() {
            // By itself, so that an interrupted episode leaves no trace in the account.
            var journal = EpisodeJournal(
                keepsLatencyText: plan.options.saveLatency != nil,
                keepsTicks: line.keepsTicks(seed)
            )
            guard
                let episode = try run(
                    seed: seed,
                    loop: &loop,
                    journal: &journal,
                    line,
                    session,
                    recording
                )
            else { break }
            line.deliver(episode, journal)
        }
    }

    /// What became of a policy server; a loop's fault has fixed words.
    private var remoteTrouble: String {
        guard case .remote(let server) = plan.actor, let trouble = server.trouble else { return "" }
        return " (\(server.address): \(trouble))"
    }

    /// Wall clock: no first plan is cold.
    private func warmUp<Brain: Policy>(
        _ loop: inout ControlLoop<SimulatedPlant, Brain, PreciseTime>
    ) throws {
        try loop.plant.reset(seed: plan.options.seed)
        do {
            try loop.warmUp()
        } catch {
            throw Outcome.fault("\(error) while warming up", lastTicks: [])
        }
    }

    /// One episode; nil when it was interrupted.
    private func run<Brain: Policy>(
        seed: UInt64,
        loop: inout ControlLoop<SimulatedPlant, Brain, PreciseTime>,
        journal: inout EpisodeJournal,
        _ line: SeedLine,
        _ session: WallClockSession?,
        _ recording: RecordingSession?
    ) throws -> RunResult.Episode? {
        session?.rest()
        try loop.plant.reset(seed: seed, instruction: plan.instruction(seed: seed))
        let film = try EpisodeFilm(plan: plan, seed: seed, plant: loop.plant)
        try recording?.begin(seed: seed, plant: loop.plant)
        var ticks = 0
        let shown = EpisodeView(view, seed: seed)
        do {
            let result = try loop.runEpisode(
                seed: seed,
                policySeed: plan.policySeed,
                stop: plan.stopRule,
                timeLimit: plan.setup.task.timeLimit,
                journal: &journal,
                isInterrupted: {
                    Interrupt.isRequested || line.isStopped()
                        || recording?.hasFailed ?? false
                        || ticks == plan.takeoverTick
                        || shown?.isQuitting ?? false
                },
                stolen: { session?.stolen() ?? .zero },
                afterTick: { loop, acted in
                    session?.beat()
                    recording?.note(loop, acted: acted)
                    ticks += 1
                    film?.film(loop.plant)
                    line.watch(loop.plant)
                    shown?.show(&loop)
                }
            )
            shown?.finish(&loop)
            try film?.finish()
            var episode = RunResult.Episode(
                result: result,
                stateHash: loop.plant.stateHash,
                instruction: loop.plant.instruction.text,
                cause: result.success ? nil : loop.plant.failureCause,
                p99: RunResult.P99(journal.account)
            )
            if ticks == plan.takeoverTick, !result.success {
                return try ExpertTakeover(plan: plan).finish(episode, plant: loop.plant)
            }
            let isCut = result.endReason == .interrupted
            if isCut { try loop.park(at: plan.homeCommand, within: .seconds(5)) }
            episode.recording = try recording?.end(RecordingHeader.result(episode), seed: seed)
            return isCut ? nil : episode
        } catch let fault as LoopFault {
            _ = try recording?.end(["fault": "\(fault)"], seed: seed)
            let isWall = plan.configuration.clock == .wall
            let rest = isWall && loop.isAtRest ? "; the robot was brought to rest" : ""
            throw Outcome.fault(
                "\(fault)\(remoteTrouble) in the episode of seed \(seed)\(rest)",
                lastTicks: journal.recent.map(LatencyTable.line)
            )
        }
    }
}
