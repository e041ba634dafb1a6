public import Diagnostics
import Glibc
public import Runtime

/// A policy that fails on purpose, to see what the loop around it does: a fire drill.
public struct FaultDrill<Base: Policy>: Policy {
    private var base: Base
    private let drill: PolicyDrill
    /// Plans of this episode; nil before the first, so that a warm-up is no drill.
    private var plans: Int?

    /// Wraps a policy.
    public init(_ base: Base, drill: PolicyDrill) {
        self.base = base
        self.drill = drill
    }

    /// The policy's own.
    public var shape: PolicyShape { base.shape }

    /// The policy's own.
    public var effort: PlanEffort { base.effort }

    /// Starts counting plans anew.
    public mutating func reset(seed: UInt64) {
        plans = 0
        base.reset(seed: seed)
    }

    /// Passed on.
    public mutating func observe(_ observation: Observation) throws(LoopFault) {
        try base.observe(observation)
    }

    /// Passed on.
    public mutating func freeze(_ rows: ActionChunk, count: Int) {
        base.freeze(rows, count: count)
    }

    /// Plans, unless this is the plan at which the drill begins; from there on it fails.
    public mutating func plan(
        _ observation: Observation,
        into chunk: inout ActionChunk
    ) throws(LoopFault) {
        try base.plan(observation, into: &chunk)
        guard let count = plans else { return }
        plans = count + 1
        guard count >= drill.plan else { return }
        switch drill.kind {
        case .hang: usleep(2_000_000)
        case .throw: throw .policy(what: "drill")
        case .nan: chunk[0, 0] = .nan
        case .crash: abort()
        }
    }
}

/// What goes wrong in a ``FaultDrill``, and when.
public struct PolicyDrill: Equatable, Sendable {
    /// The ways to fail.
    public enum Kind: String, CaseIterable, Sendable {
        /// Each plan takes two seconds more.
        case hang
        /// Each plan throws.
        case `throw`
        /// Each plan has a number that is not one.
        case nan
        /// The process ends, as by a bug in a library.
        case crash
    }

    /// What goes wrong.
    public let kind: Kind
    /// The first plan of an episode that fails, from 0.
    public let plan: Int

    /// Reads `hang:N`, `throw:N`, `nan:N` or `crash:N`.
    ///
    /// - Throws: ``Diagnostics/InputError`` for anything else.
    public init(_ text: String) throws(InputError) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let kind = Kind(rawValue: String(parts[0])),
            let plan = Int(parts[1]), plan >= 0
        else {
            throw InputError(
                key: "--drill",
                expected: "hang:N, throw:N, nan:N or crash:N, with N the first plan that fails",
                found: "\"\(text)\""
            )
        }
        self.kind = kind
        self.plan = plan
    }
}
