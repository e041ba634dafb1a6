/// Turns an observation into a chunk of actions.
///
/// A policy owns its workspace; its weights are immutable and shared between copies. `plan` is
/// called inside the tick: it must not allocate, lock, log or read a clock.
public protocol Policy {
    /// The shape of what ``plan(_:into:)`` fills in.
    var shape: PolicyShape { get }

    /// Forgets the last episode and keys the policy's random numbers by `seed`.
    mutating func reset(seed: UInt64)

    /// Predicts the actions from the observation's step on.
    ///
    /// Called once a policy step; the policy keeps what it needs of earlier observations itself.
    mutating func plan(_ observation: Observation, into chunk: inout ActionChunk)
        throws(LoopFault)
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
