import Runtime

/// Where an operator's wishes come from: the window's keys and pads, or a script.
protocol CommandSource {
    /// Called on the loop's thread before each tick, and while the session waits for the operator.
    mutating func update(
        _ link: OperatorLink,
        during phase: TeleoperationPhase,
        _ seen: Observation
    )
}

/// How far an episode of teleoperation has come.
enum TeleoperationPhase: Equatable {
    /// It begins with the first command.
    case ready
    /// The world moves.
    case running
    /// It is over: keep it, try again, or go on. Says whether it succeeded.
    case judging(succeeded: Bool)
}

/// The window writes to the link from its own thread, so there is nothing to do here.
struct WindowSource: CommandSource {
    func update(_ link: OperatorLink, during phase: TeleoperationPhase, _ seen: Observation) {}
}
