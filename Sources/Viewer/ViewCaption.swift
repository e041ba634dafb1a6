public import Runtime

/// What a run is, for the text over the scene.
public struct ViewCaption: Sendable {
    /// The task's name.
    public var task: String
    /// The robot's name.
    public var robot: String
    /// Who acts.
    public var actor: String
    /// Clock, latency and execution in words.
    public var timing: String
    /// Episodes that the run wants; nil for as many as people like.
    public var episodes: Int?
    /// The control period: the deadline of a tick.
    public var period: TimeSpan

    /// Creates a caption.
    public init(
        task: String,
        robot: String,
        actor: String,
        timing: String,
        episodes: Int?,
        period: TimeSpan
    ) {
        self.task = task
        self.robot = robot
        self.actor = actor
        self.timing = timing
        self.episodes = episodes
        self.period = period
    }
}

/// The lines of text over the scene.
enum StatusText {
    /// How the controls stand, for the text.
    struct Pace {
        var isPaused = false
        var isWallClock = false
        var speed = 1.0
    }

    /// Characters of an instruction that fit a window.
    private static let longestInstruction = 60

    static func lines(_ caption: ViewCaption, _ frame: ViewFrame, pace: Pace) -> [String] {
        let total = caption.episodes.map { " of \($0)" } ?? ""
        let told = frame.instruction.map { ["\"\($0.prefix(longestInstruction))\""] } ?? []
        return ["\(caption.task) on \(caption.robot), \(caption.actor)"] + told + [
            caption.timing,
            "episode \(frame.episode + 1)\(total), seed \(frame.seed)",
            "\(frame.elapsed.seconds.fixed(2)) s, tick \(frame.tick), \(frame.misses) missed",
            success(frame.status),
            "\(paceText(pace))h: keys",
        ]
    }

    static func success(_ status: EpisodeStatus) -> String {
        if let at = status.succeededAt { return "success at \(at.seconds.fixed(2)) s" }
        if status.holdsNow { return "success: holds now" }
        return status.heldOnce ? "success: held once" : "success: not yet"
    }

    static func notice(_ notice: ViewNotice) -> String? {
        switch notice {
        case .none: nil
        case .moveToBegin: "Move to begin"
        case .judgeSuccess: "SUCCESS  Enter keeps, Backspace tries again, N next scene"
        case .judgeFailure: "NO SUCCESS  Enter keeps, Backspace tries again, N next scene"
        }
    }

    private static func paceText(_ pace: Pace) -> String {
        if pace.isWallClock { return "wall clock   " }
        if pace.isPaused { return "paused   " }
        return pace.speed == 1 ? "" : "speed \(pace.speed.fixed(pace.speed < 1 ? 3 : 0))x   "
    }
}
