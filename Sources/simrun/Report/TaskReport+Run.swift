import Diagnostics
import Robots
import Runtime
import Tasks

extension TaskReport {
    /// What a plan and its run come to.
    init(plan: RunPlan, run: RunResult) {
        self.init(heading: RunHeading(plan), run: run)
    }

    /// What ran and what it came to.
    init(heading: RunHeading, run: RunResult) {
        let configuration = heading.configuration
        let account = run.account
        self.init(
            argv: CommandLine.arguments,
            task: heading.task,
            robot: heading.robot,
            policy: heading.policy,
            hashes: heading.hashes,
            rerank: heading.reranking.map { TaskReport.Rerank($0, account.choices) },
            clock: configuration.clock.rawValue,
            latency: heading.latency,
            execute: configuration.execution.description,
            rateHz: configuration.rate.hertz,
            policyRateHz: configuration.schedule.policyHertz,
            effectiveRateHz: run.effectiveRate,
            physicsHz: configuration.rate.physicsHertz,
            reproducible: configuration.isReproducible,
            episodes: run.episodes.map(TaskReport.Episode.init),
            episodeP99Us: [
                "tick": run.episodes.map(\.p99.tick),
                "tick_planned": run.episodes.map(\.p99.plannedTick),
                "charge": run.episodes.map(\.p99.charge),
            ],
            recordings: TaskReport.Recordings(run),
            successRate: run.successRate,
            successCI95: [run.interval.lower, run.interval.upper],
            ticks: account.ticks,
            deadlineMisses: account.missedPeriods,
            gatedTicks: account.gatedTicks,
            starvedTicks: account.starvedTicks,
            stolenTicks: account.stolenTicks,
            stolenMisses: account.stolenMisses,
            latencyUs: Dictionary(
                uniqueKeysWithValues: LatencyAccount.Row.allCases.map {
                    ($0.rawValue, account.summary(of: $0))
                }
            ),
            latencyBuckets: account.buckets,
            chargeUs: TaskReport.Charge(
                p50: account.charge.p50,
                p99: account.charge.p99,
                max: account.charge.max,
                appliedP50: account.applied.p50,
                resolution: configuration.rate.timestepSeconds * 1e6
            ),
            observationAgeUs: TaskReport.Age(
                p50: account.observationAge.p50,
                p99: account.observationAge.p99,
                max: account.observationAge.max
            ),
            wallS: run.wallSeconds,
            host: .current,
            version: Version.current
        )
    }
}

extension TaskReport.Episode {
    init(_ episode: RunResult.Episode) {
        let result = episode.result
        self.init(
            seed: result.seed,
            success: result.success,
            successAtEnd: result.status.holdsNow,
            successOnce: result.status.heldOnce,
            successAtS: result.status.succeededAt?.seconds,
            steady: result.status.wasSteady,
            endReason: result.endReason.rawValue,
            cause: episode.cause,
            ticks: result.ticks,
            misses: result.misses,
            stateHash: episode.stateHash.hexadecimal,
            instruction: episode.instruction,
            elapsedS: result.elapsed.seconds
        )
    }
}

extension TaskReport.Recordings {
    /// Nil when nothing was recorded.
    init?(_ run: RunResult) {
        let files = run.episodes.compactMap { $0.recording?.file }
        guard !files.isEmpty else { return nil }
        self.init(files: files, dropped: run.dropped)
    }
}

extension TaskReport.Rerank {
    /// What was asked for and what came of it.
    init(_ reranking: Reranking, _ choices: ChoiceAccount) {
        self.init(
            rule: reranking.name,
            candidates: reranking.candidates,
            meanCandidates: choices.meanCandidates,
            dropped: choices.dropped,
            fallbacks: choices.fallbacks
        )
    }
}

extension ChoiceAccount {
    /// Candidates of a plan on average; 0 without plans.
    var meanCandidates: Double { plans > 0 ? Double(candidates) / Double(plans) : 0 }
}
