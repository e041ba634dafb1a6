import ArgumentParser
import Diagnostics
import Foundation
import Policies
import Runtime

/// How a plan is chosen among several candidates.
struct RerankOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            Draw several plans and choose: medoid (of the largest cluster) or random (the control).
            """,
            valueName: "rule"
        )
    )
    var rerank: String?

    @Option(help: "Plans to draw for each observation.")
    var candidates: Int?

    @Option(
        help: ArgumentHelp(
            "Stop adding candidates there; the first wave is always drawn.",
            valueName: "time"
        )
    )
    var rerankBudget: String?

    @Option(
        help: ArgumentHelp(
            """
            What a candidate costs, for --rerank-budget where results are to be reproducible: then \
            no clock is read.
            """,
            valueName: "time"
        )
    )
    var candidateCost: String?

    /// Candidates where none are asked for.
    static let usualCandidates = 10
    static let mostCandidates = 1024
    /// Plans of a wave, at most, where a budget may stop between waves.
    static let largestWave = 8

    /// The rules by their names.
    static let rules = ["medoid", "random"]

    /// The checked choice; nil where nothing is chosen.
    ///
    /// - Parameter isReproducible: Whether the clock forbids to read the time.
    func parsed(isReproducible: Bool) throws(InputError) -> Reranking? {
        guard let rerank else {
            try refuseAlone()
            return nil
        }
        let rule: Reranking.Rule
        switch rerank {
        case "medoid": rule = .medoid
        case "random": rule = .random
        default:
            throw .unknown("rule", name: rerank, known: Self.rules, key: "--rerank")
        }
        let count = candidates ?? Self.usualCandidates
        guard (1...Self.mostCandidates).contains(count) else {
            throw InputError(
                key: "--candidates",
                expected: "1 to \(Self.mostCandidates)",
                found: "\(count)"
            )
        }
        let wave = rerankBudget == nil ? count : Self.wave(count)
        return Reranking(
            name: rerank,
            rule: rule,
            candidates: count,
            wave: wave,
            budget: try budget(wave: wave, isReproducible: isReproducible)
        )
    }

    /// The largest part of `count` that is no larger than the largest wave.
    private static func wave(_ count: Int) -> Int {
        (1...largestWave).last { count.isMultiple(of: $0) } ?? 1
    }

    private func budget(wave: Int, isReproducible: Bool) throws(InputError) -> RerankBudget {
        guard let rerankBudget else {
            if candidateCost != nil {
                throw InputError(
                    key: "--candidate-cost",
                    expected: "--rerank-budget beside it",
                    found: "none"
                )
            }
            return .none
        }
        let span = try Self.span(rerankBudget, key: "--rerank-budget")
        guard isReproducible else { return .time(span) }
        guard let candidateCost else {
            throw InputError(
                key: "--rerank-budget",
                expected: """
                    --candidate-cost beside it, for on this clock the same plans must be made on \
                    every machine
                    """,
                found: "none"
            )
        }
        let cost = try Self.span(candidateCost, key: "--candidate-cost")
        return .waves(max(1, Int(span.seconds / (cost.seconds * Double(wave)) + 1e-9)))
    }

    private static func span(_ text: String, key: String) throws(InputError) -> TimeSpan {
        guard let span = LatencyArgument.span(text), span > .zero else {
            throw InputError(key: key, expected: "a time over 0 such as 4ms", found: "\"\(text)\"")
        }
        return span
    }

    private func refuseAlone() throws(InputError) {
        let alone =
            candidates != nil
            ? "--candidates"
            : rerankBudget != nil
                ? "--rerank-budget" : candidateCost != nil ? "--candidate-cost" : nil
        guard let alone else { return }
        throw InputError(key: alone, expected: "--rerank beside it", found: "none")
    }
}

/// How a run chooses among candidates.
struct Reranking: Sendable {
    /// What chooses.
    enum Rule: Sendable {
        case random
        case medoid
    }

    /// What reports call it.
    var name: String
    var rule: Rule
    /// Plans drawn at most.
    var candidates: Int
    /// Plans of a wave where the policy can draw several at once.
    var wave: Int
    var budget: RerankBudget
}
