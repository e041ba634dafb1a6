import Diagnostics
import Recording
import Runtime
import Tasks

/// Why a recorded episode failed: it is run again with one thing changed at a time.
///
/// Replay is exact, so each re-run shows what that change alone would have done.
struct FailureDiagnosis {
    /// Whose failure it was.
    enum Kind: String, Encodable {
        /// In a world that waits it would have succeeded.
        case latency
        /// Waiting does not help, but acting otherwise does.
        case policy
        /// Not even the expert succeeds.
        case physics
        /// It ended in a fault, not in a failure.
        case fault
        /// It did not fail.
        case none
        /// The re-run of a recording whose timing cannot be repeated did not fail.
        case unknown
    }

    /// One re-run, or several of one kind.
    struct Change: Encodable {
        enum What: String, Encodable {
            /// Nothing is charged.
            case zeroLatency = "zero-latency"
            /// One plan that outlasted its period takes as long as the others.
            case withoutOverrun = "without-overrun"
            /// All of those do.
            case withoutOverruns = "without-overruns"
            /// The policy draws other noise.
            case otherCandidate = "other-candidate"
            /// The scripted expert acts from a tick on.
            case expert
        }

        var what: What
        var success: Bool
        /// The ordinal of the tick that was changed, or from which on.
        var tick: Int?
        /// Its episode time.
        var seconds: Double?
        /// What the overrun had cost, in microseconds.
        var chargeUs: Double?
        /// Re-runs of this kind that succeeded, out of how many.
        var successes: Int?
        var trials: Int?

        enum CodingKeys: String, CodingKey {
            case success, tick, seconds, successes, trials
            case what = "change"
            case chargeUs = "charge_us"
        }
    }

    /// How much is tried.
    struct Effort {
        /// Overruns that are taken away one by one, the longest first.
        var overruns = 16
        /// Other draws of the policy's noise.
        var draws = 8
    }

    let recording: RecordedEpisode
    let replay: EpisodeReplay
    let effort: Effort

    private(set) var kind = Kind.none
    private(set) var changes: [Change] = []
    /// Whether the plain re-run failed too.
    private(set) var isReproduced = false
    /// Overruns beyond those that were tried.
    private(set) var untriedOverruns = 0
    /// How often the episode was run.
    private(set) var runs = 0

    init(_ recording: RecordedEpisode, effort: Effort = Effort()) throws {
        self.recording = recording
        self.effort = effort
        replay = try EpisodeReplay(recording)
    }

    /// Runs everything.
    ///
    /// - Throws: ``Outcome/interrupted(_:)``, or what a re-run throws.
    mutating func run() throws {
        guard recording.result["fault"] == nil else {
            kind = .fault
            return
        }
        var plan = replay.plan
        if replay.isOfWallClock {
            // The wall clock cannot be run again; the charged one with its times comes closest.
            plan.configuration.clock = .charged
            plan.configuration.hasPlanningThread = false
            plan.configuration.latency = .trace(recording.charges())
        }
        isReproduced = try !succeeds(plan)
        guard isReproduced else {
            kind = recording.result["success"] == "true" ? .none : .unknown
            return
        }
        if plan.configuration.clock == .charged { try tryLatencies(plan) }
        try tryDraws(plan)
        try tryExpert(plan)
        kind = classified
    }

    private var classified: Kind {
        func saved(by whats: Change.What...) -> Bool {
            changes.contains { $0.success && whats.contains($0.what) }
        }
        if saved(by: .zeroLatency, .withoutOverrun, .withoutOverruns) { return .latency }
        return saved(by: .otherCandidate, .expert) ? .policy : .physics
    }

    /// The changes that would each have saved the episode, the most telling first.
    var saving: [Change] {
        let order: [Change.What] = [
            .withoutOverrun, .withoutOverruns, .zeroLatency, .otherCandidate, .expert,
        ]
        return order.flatMap { what in changes.filter { $0.success && $0.what == what } }
    }

    private mutating func succeeds(_ plan: RunPlan) throws -> Bool {
        runs += 1
        guard let episode = try EpisodeRunner(plan: plan).run().episodes.first else {
            throw Outcome.interrupted("after \(runs - 1) re-runs")
        }
        return episode.result.success
    }

    // MARK: Latency

    private mutating func tryLatencies(_ plan: RunPlan) throws {
        var free = plan
        free.configuration.latency = .free
        changes.append(Change(what: .zeroLatency, success: try succeeds(free)))

        let overruns = overruns(plan)
        guard !overruns.isEmpty else { return }
        untriedOverruns = max(0, overruns.count - effort.overruns)
        let usual = usualPlanCharge(without: Set(overruns.map(\.index)))
        for overrun in overruns.prefix(effort.overruns) {
            var changed = plan
            changed.configuration.latency = .trace(
                recording.charges { $0 == overrun.index ? min($1, usual) : $1 }
            )
            let tick = recording.ticks[overrun.index]
            changes.append(
                Change(
                    what: .withoutOverrun,
                    success: try succeeds(changed),
                    tick: overrun.index,
                    seconds: tick.timeS,
                    chargeUs: overrun.charge.microseconds
                )
            )
        }
        guard overruns.count > 1 else { return }
        let all = Set(overruns.map(\.index))
        var changed = plan
        changed.configuration.latency = .trace(
            recording.charges { all.contains($0) ? min($1, usual) : $1 }
        )
        changes.append(Change(what: .withoutOverruns, success: try succeeds(changed)))
    }

    /// Plans that outlasted a control period, the longest first.
    private func overruns(_ plan: RunPlan) -> [(index: Int, charge: TimeSpan)] {
        let period = plan.configuration.rate.period
        return planCharges.filter { $0.charge > period }.sorted {
            ($1.charge, $0.index) < ($0.charge, $1.index)
        }
    }

    private var planCharges: [(index: Int, charge: TimeSpan)] {
        var charges: [(index: Int, charge: TimeSpan)] = []
        _ = recording.charges { index, charge in
            charges.append((index, charge))
            return charge
        }
        return charges
    }

    /// The median of what the other plans cost; nothing where there are none.
    private func usualPlanCharge(without overruns: Set<Int>) -> TimeSpan {
        let others = planCharges.filter { !overruns.contains($0.index) }.map(\.charge).sorted()
        return others.isEmpty ? .zero : others[others.count / 2]
    }

    // MARK: Policy

    /// The policy under other noise, with the same delays.
    private mutating func tryDraws(_ plan: RunPlan) throws {
        guard plan.actor.isLearned, effort.draws > 0 else { return }
        var successes = 0
        for draw in 1...effort.draws {
            var changed = plan
            changed.policySeed = plan.options.seed &+ UInt64(draw) &* 0x9E37_79B9_7F4A_7C15
            if try succeeds(changed) { successes += 1 }
        }
        changes.append(
            Change(
                what: .otherCandidate,
                success: successes > 0,
                successes: successes,
                trials: effort.draws
            )
        )
    }

    /// The last tick at which the expert could still have saved the episode, by bisection.
    private mutating func tryExpert(_ plan: RunPlan) throws {
        guard !plan.actor.seesTheWorld,
            (try? plan.setup.makeExpert(for: plan.setup.makePlant())) != nil
        else { return }
        func saves(_ tick: Int) throws -> Bool {
            var changed = plan
            changed.takeoverTick = tick
            return try succeeds(changed)
        }
        guard try saves(0) else {
            changes.append(Change(what: .expert, success: false, tick: 0, seconds: 0))
            return
        }
        var (saved, lost) = (0, recording.ticks.count)
        while lost - saved > 1 {
            let middle = saved + (lost - saved) / 2
            if try saves(middle) { saved = middle } else { lost = middle }
        }
        let seconds = recording.ticks[saved].timeS
        changes.append(Change(what: .expert, success: true, tick: saved, seconds: seconds))
    }
}
