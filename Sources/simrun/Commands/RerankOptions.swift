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
            Draw several plans and choose: by a critic (its name or directory), medoid (of the \
            largest cluster) or random (the control).
            """,
            valueName: "critic"
        )
    )
    var rerank: String?

    @Option(help: "Plans to draw for each observation.")
    var candidates: Int?

    @Option(
        help: """
            How greedy a critic's choice is: drawn by softmax(values / temperature); 0 takes the best.
            """
    )
    var temperature: Double?

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
    private static let rules = ["medoid", "random"]
    private static let usualTemperature = 1.0

    /// The checked choice; nil where nothing is chosen.
    ///
    /// - Parameters:
    ///   - isReproducible: Whether the clock forbids to read the time.
    ///   - folders: Where critics are looked for.
    func parsed(isReproducible: Bool, folders: [String]) throws(InputError) -> Reranking? {
        guard let rerank else {
            try refuseAlone()
            return nil
        }
        let rule = try rule(rerank, folders: folders)
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

    private func rule(_ name: String, folders: [String]) throws(InputError) -> Reranking.Rule {
        let temperature = temperature ?? Self.usualTemperature
        guard temperature.isFinite, temperature >= 0 else {
            throw InputError(key: "--temperature", expected: "0 or more", found: "\(temperature)")
        }
        if Self.rules.contains(name) {
            guard self.temperature == nil else {
                throw InputError(
                    key: "--temperature",
                    expected: "a critic's values",
                    found: "--rerank \(name)"
                )
            }
            return name == "medoid" ? .medoid : .random
        }
        let library = CriticLibrary(searchPaths: folders)
        guard name.contains("/") || library.names.contains(name) else {
            throw .unknown(
                "critic or rule",
                name: name,
                known: library.names + Self.rules,
                key: "--rerank"
            )
        }
        let critic = try PolicyShelf.critic(directory: library.directory(of: name))
        return .critic(critic, temperature: temperature)
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
        let given = [
            ("--candidates", candidates != nil), ("--temperature", temperature != nil),
            ("--rerank-budget", rerankBudget != nil), ("--candidate-cost", candidateCost != nil),
        ]
        guard let alone = given.first(where: \.1)?.0 else { return }
        throw InputError(key: alone, expected: "--rerank beside it", found: "none")
    }
}

/// How a run chooses among candidates.
struct Reranking: Sendable {
    /// What chooses.
    enum Rule: Sendable {
        case random
        case medoid
        case critic(CriticModel, temperature: Double)
    }

    /// SHA-256 of the critic's weights; nil without one.
    var criticHash: String? {
        guard case .critic(let critic, _) = rule else { return nil }
        return critic.manifest.weights.sha256
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
