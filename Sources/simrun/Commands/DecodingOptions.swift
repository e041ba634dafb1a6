import ArgumentParser
import Diagnostics
import Policies
import Runtime

/// How policies that decode in rounds plan.
struct DecodingOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            Change how chunks are decoded, such as rounds=6,schedule=ascending: rounds, schedule \
            (cosine, ascending, single), order (probability, gap, random, sequential), temperature \
            (argmax, fixed, decay), temperature_start, remask (off, threshold, drop), threshold, \
            drop, sub_bin (true, false).
            """,
            valueName: "name=value,..."
        )
    )
    var decode: String?

    @Option(
        help: """
            Stop decoding after the last round that fits: by the clock with measured latency or on \
            the wall clock, else by the share of a round in a fixed or traced latency, or by \
            --plan-cost.
            """
    )
    var planBudget: String?

    @Option(
        help: ArgumentHelp(
            "What an observation and a round cost, for --plan-budget, such as 3ms,1.2ms.",
            valueName: "prefix,round"
        )
    )
    var planCost: String?

    @Option(
        help: ArgumentHelp(
            "Which of the policy's statistics its numbers mean; by default those of the task.",
            valueName: "key"
        )
    )
    var statistics: String?

    /// Whether any was given.
    var isGiven: Bool {
        decode != nil || planBudget != nil || planCost != nil || statistics != nil
    }

    /// Refuses options that another policy has no use for.
    func requireNone(_ policy: String) throws(InputError) {
        guard isGiven else { return }
        throw InputError(
            key: "--decode, --plan-budget, --plan-cost, --statistics",
            expected: "a \(DiscreteDiffusionManifest.architecture) policy",
            found: policy
        )
    }

    /// When decoding stops early.
    ///
    /// - Parameters:
    ///   - policy: What decodes, without a limit.
    ///   - clock: How world time and thinking time relate.
    ///   - latency: What is charged.
    func limit(
        _ policy: LanguagePolicy,
        clock: LoopClock,
        latency: LatencySource
    ) throws(InputError) -> PlanLimit {
        guard let text = planBudget else {
            guard planCost == nil else {
                throw InputError(
                    key: "--plan-cost",
                    expected: "--plan-budget beside it",
                    found: "none"
                )
            }
            return .none
        }
        guard let budget = LatencyArgument.span(text), budget > .zero else {
            throw InputError(
                key: "--plan-budget",
                expected: "a time over 0 such as 8ms",
                found: "\"\(text)\""
            )
        }
        if let planCost {
            return .rounds(Self.rounds(in: budget, cost: try Self.cost(planCost)))
        }
        if clock == .wall { return .time(budget) }
        if clock == .charged {
            switch latency {
            case .measured: return .time(budget)
            case .fixed(let delay):
                return .rounds(Self.rounds(in: budget, cost: policy.parts(of: delay)))
            case .trace(let trace):
                return .rounds(Self.rounds(in: budget, cost: policy.parts(of: trace.medianPlan)))
            case .free: break
            }
        }
        throw InputError(
            key: "--plan-budget",
            expected: "--plan-cost PREFIX,ROUND beside it where nothing is charged",
            found: "none"
        )
    }

    /// Rounds that fit, at least one.
    static func rounds(in budget: TimeSpan, cost: (prefix: TimeSpan, round: TimeSpan)) -> Int {
        let left = budget - cost.prefix
        guard cost.round > .zero else { return DecoderSettings.mostRounds }
        guard left > cost.round else { return 1 }
        return Int(min(left.nanoseconds / cost.round.nanoseconds, 1 << 20))
    }

    private static func cost(
        _ text: String
    ) throws(InputError) -> (prefix: TimeSpan, round: TimeSpan) {
        let parts = text.split(separator: ",").map(String.init)
        guard parts.count == 2, let prefix = LatencyArgument.span(parts[0]),
            let round = LatencyArgument.span(parts[1])
        else {
            throw InputError(
                key: "--plan-cost",
                expected: "two times such as 3ms,1.2ms",
                found: "\"\(text)\""
            )
        }
        return (prefix, round)
    }
}
