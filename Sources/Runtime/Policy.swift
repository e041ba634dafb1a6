/// Turns an observation into a chunk of actions.
///
/// A policy owns its workspace; its weights are immutable and shared between copies. `plan` is
/// called inside the tick: it must not allocate, lock, log or read a clock but the one that a budget was
/// given with.
public protocol Policy {
    /// The shape of what ``plan(_:into:)`` fills in.
    var shape: PolicyShape { get }

    /// How much of the last plan's time passed on another machine, as that machine says; zero where
    /// the policy is in this process.
    var servedTime: TimeSpan { get }

    /// Forgets the last episode and keys the policy's random numbers by `seed`.
    mutating func reset(seed: UInt64)

    /// Takes note of a policy step that needs no plan, because actions of an earlier one remain.
    ///
    /// Policies that look at several steps keep what they need, cheaply: the time counts as
    /// sensing. Does nothing by default.
    mutating func observe(_ observation: Observation) throws(LoopFault)

    /// Tells of actions that will be executed before the next plan lands: the first `count` rows of
    /// `rows`, one for each policy step from the next plan's observation on.
    ///
    /// Called before ``plan(_:into:)`` by strategies that plan beside the loop, with a count of 0
    /// when nothing is committed. A policy that can take them freezes them in its next chunk.
    /// Does nothing by default.
    mutating func freeze(_ rows: ActionChunk, count: Int)

    /// Predicts the actions from the observation's step on.
    ///
    /// Each policy step calls either this or ``observe(_:)``, so that a policy of several
    /// observation steps always knows the one before.
    mutating func plan(_ observation: Observation, into chunk: inout ActionChunk)
        throws(LoopFault)

    /// The part of the last plan's time that went into scoring and choosing candidates; none by
    /// default.
    var rerankTime: TimeSpan { get }

    /// Copies what the last plan was chosen from.
    ///
    /// Called only where ``PolicyShape/candidates`` is above 0. Does nothing by default.
    func copyCandidates(into set: inout CandidateSet)

    /// What the last plan took; of no rounds by default.
    var effort: PlanEffort { get }
}

extension Policy {
    /// None: this policy is in the process.
    public var servedTime: TimeSpan { .zero }

    /// Does nothing: this policy sees only the step that it plans from.
    public mutating func observe(_ observation: Observation) throws(LoopFault) {}

    /// Does nothing: this policy cannot freeze actions.
    public mutating func freeze(_ rows: ActionChunk, count: Int) {}

    /// Nothing: this policy draws one plan.
    public var rerankTime: TimeSpan { .zero }

    /// Does nothing: this policy draws one plan.
    public func copyCandidates(into set: inout CandidateSet) {}

    /// Nothing: this policy plans in one go.
    public var effort: PlanEffort { PlanEffort() }
}

/// The sizes a loop must know about a policy.
public struct PolicyShape: Equatable, Sendable {
    /// The number of actions in one chunk.
    public var horizon: Int
    /// Numbers in one action.
    public var actionWidth: Int
    /// How many policy steps before the present one the policy looks at.
    public var memory: Int
    /// Plans that are drawn for each observation to choose from; 0 where nothing is chosen.
    public var candidates: Int

    /// Creates a shape.
    public init(horizon: Int, actionWidth: Int, memory: Int = 0, candidates: Int = 0) {
        self.horizon = horizon
        self.actionWidth = actionWidth
        self.memory = memory
        self.candidates = candidates
    }
}
