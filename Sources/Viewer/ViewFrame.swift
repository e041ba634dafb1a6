public import Runtime
public import Sensing
import Spatial

/// Everything that a viewer shows of one instant: plain values, copied between ticks.
public struct ViewFrame: Sendable {
    /// The most contacts that are shown.
    static let contactCapacity = 64
    /// The most points of a predicted path, the tool's present target included.
    static let pathCapacity = 65

    /// Episodes that began before this one.
    public internal(set) var episode = 0
    /// The episode's seed.
    public internal(set) var seed: UInt64 = 0
    /// Episode time.
    public internal(set) var elapsed = TimeSpan.zero
    /// The index of the next tick.
    public internal(set) var tick = 0
    /// Control periods lost so far.
    public internal(set) var misses = 0
    /// How the episode stands.
    public internal(set) var status = EpisodeStatus()
    /// What the episode is told to do; nil without words.
    var instruction: String?
    /// Everything visible, where it is.
    public internal(set) var visuals: [Visual] = []
    /// Frames in the world: the tool's first, then links and objects.
    var frames: [Pose] = []
    /// The declared goal in the world; nil without one.
    var goal: Vector3?
    /// Where things touch; the first ``contactCount`` count.
    var contacts: [ContactMark]
    var contactCount = 0
    /// The cloud that the policy saw last, `[points, 3]` in the world.
    var cloud: [Float] = []
    /// Tool positions that the newest chunk leads to; the first ``pathCount`` count.
    var path: [Vector3]
    var pathCount = 0
    /// A line that is put before people, such as what to do next.
    var notice = ViewNotice.none

    /// A frame of nothing.
    public init() {
        contacts = [ContactMark](
            repeating: ContactMark(position: .zero, normal: .zero, force: 0),
            count: Self.contactCapacity
        )
        path = [Vector3](repeating: .zero, count: Self.pathCapacity)
    }
}

/// What a person at the window is told.
public enum ViewNotice: Sendable, BitwiseCopyable {
    /// Nothing.
    case none
    /// The episode begins with the first command.
    case moveToBegin
    /// The episode has succeeded: keep it or not.
    case judgeSuccess
    /// The episode has ended without success: keep it or not.
    case judgeFailure
}
