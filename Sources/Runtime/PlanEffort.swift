/// What a policy spent on a plan, where it plans in rounds that can be cut short.
public struct PlanEffort: Equatable, Sendable, BitwiseCopyable {
    /// Rounds that the plan took; 0 for policies that know none.
    public var rounds: Int32 = 0
    /// Numbers of the chunk that were decided and then taken back.
    public var remasked: Int32 = 0
    /// The least probability of a number of the chunk when it was decided; 1 without rounds.
    public var leastConfidence: Float = 1
    /// What the plan cost as a share of what it had cost uncut, counted in arithmetic; above 0.
    public var share: Float = 1

    /// The effort of a policy without rounds.
    public init() {}
}
