import Robots
import Runtime
import Spatial

/// What is noted after each tick, as plain bytes; the poses, the true state and the action follow it.
struct TickRecord: BitwiseCopyable {
    /// How many ticks of the episode came before.
    var ordinal: Int
    var trace: TickTrace
    /// Whether an action was taken.
    var acted: Bool
    /// Episode time after the tick.
    var elapsed: TimeSpan
    var status: EpisodeStatus
    // What the policy could see, but for clouds and pictures.
    var jointPositions: JointVector
    var jointVelocities: JointVector
    var gripperOpening: Double
    var worldFromTool: Pose
    var goal: Vector3
    var conveyorSpeed: Double
    /// What the controller wanted, and what the gate let through.
    var wanted: JointCommand
    var command: JointCommand
}

/// The kinds of frames that a loop leaves in its ring.
enum FrameKind: UInt32 {
    /// Poses at the episode's start, before the first tick.
    case start
    /// A ``TickRecord`` with poses, true state and action behind it.
    case tick
    /// The ordinal of the tick, then a plan's numbers.
    case plan
    /// A ``CaptureRecord``, then the cloud's coordinates.
    case cloud
    /// A ``CaptureRecord``, then the picture's colours.
    case image
    /// A ``CandidatesRecord``, then the candidates' values and their actions.
    case candidates
}

/// What stands before a cloud or a picture.
struct CaptureRecord: BitwiseCopyable {
    /// The ordinal of the tick that saw it first.
    var ordinal: Int
    /// Episode time of that tick.
    var seenAt: TimeSpan
    /// Episode time of the capture.
    var capturedAt: TimeSpan
    /// The camera's index; 0 for clouds.
    var camera: Int
}

/// What stands before the candidates of a plan.
struct CandidatesRecord: BitwiseCopyable {
    /// The ordinal of the tick that planned.
    var ordinal: Int
    /// Episode time of that tick.
    var seenAt: TimeSpan
    /// How many there are.
    var count: Int
    /// Which became the plan.
    var chosen: Int
}
