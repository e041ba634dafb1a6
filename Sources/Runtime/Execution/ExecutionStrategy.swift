/// How chunks of actions are executed, whatever policy they come from.
///
/// The first three wait for each plan; the others plan beside the loop, which meanwhile goes on
/// with the actions that it has.
public enum ExecutionStrategy: Equatable, Sendable {
    /// Plan at every policy step and use the first action of each chunk (``OpenLoop``).
    case replan
    /// Use the first `count` actions of each chunk open loop, then plan again (``OpenLoop``).
    case chunk(count: Int)
    /// Plan at every policy step and take the weighted mean of all predictions for it
    /// (``TemporalEnsemble``).
    case ensemble
    /// Plan again as soon as the last plan is there, and take the newest plan's action for the
    /// step that it is (``Asynchronous``).
    case async
    /// Plan beside the loop every `executionHorizon` policy steps, or as soon as the last plan is
    /// there, and blend each chunk into what remained of the one before (``RealTimeChunking``).
    case rtc(executionHorizon: Int)
    /// Like `async`, from the state that the robot will be in when the plan lands
    /// (``RollForward``).
    case rollforward

    /// Whether the loop goes on while the policy plans.
    public var plansBeside: Bool {
        switch self {
        case .replan, .chunk, .ensemble: false
        case .async, .rtc, .rollforward: true
        }
    }
}

extension ExecutionStrategy: CustomStringConvertible {
    /// The name on the command line.
    public var description: String {
        switch self {
        case .replan: "replan"
        case .chunk(let count): "chunk:\(count)"
        case .ensemble: "ensemble"
        case .async: "async"
        case .rtc(let executionHorizon): "rtc:\(executionHorizon)"
        case .rollforward: "rollforward"
        }
    }
}
