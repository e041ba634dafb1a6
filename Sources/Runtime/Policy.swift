/// Turns an observation into a chunk of actions.
///
/// A policy owns its workspace; its weights are immutable and shared between copies. `plan` is
/// called inside the tick: it must not allocate, lock, log or read a clock.
public protocol Policy {
    /// The shape of what ``plan(_:into:)`` fills in.
    var shape: PolicyShape { get }

    /// Forgets the last episode and keys the policy's random numbers by `seed`.
    mutating func reset(seed: UInt64)

    /// Takes note of a policy step that needs no plan, because actions of an earlier one remain.
    ///
    /// Policies that look at several steps keep what they need, cheaply: the time counts as
    /// sensing. Does nothing by default.
    mutating func observe(_ observation: Observation) throws(LoopFault)

    /// Predicts the actions from the observation's step on.
    ///
    /// Each policy step calls either this or ``observe(_:)``, so that a policy of several
    /// observation steps always knows the one before.
    mutating func plan(_ observation: Observation, into chunk: inout ActionChunk)
        throws(LoopFault)
}

extension Policy {
    /// Does nothing: this policy sees only the step that it plans from.
    public mutating func observe(_ observation: Observation) throws(LoopFault) {}
}

/// The sizes a loop must know about a policy.
public struct PolicyShape: Equatable, Sendable {
    /// The number of actions in one chunk.
    public var horizon: Int
    /// Numbers in one action.
    public var actionWidth: Int

    /// Creates a shape.
    public init(horizon: Int, actionWidth: Int) {
        self.horizon = horizon
        self.actionWidth = actionWidth
    }
}
