public import Robots

/// The world that a loop acts on: a simulation, or an arm on a bus.
///
/// Called inside the tick: no call may allocate, except physics inside ``advance(holding:substeps:)``.
public protocol Plant {
    /// The time that has passed in the plant since the episode's start.
    var elapsed: TimeSpan { get }
    /// Where the joints are and how fast they move.
    var jointState: JointState { get }
    /// How the episode stands.
    var status: EpisodeStatus { get }
    /// Whether time passes in the plant by itself, so that it need not be told of lost periods; false
    /// for a simulation.
    var movesByItself: Bool { get }
    /// What has gone wrong though commands still reach the joints: the loop brakes them to rest, then
    /// throws it. Wall clock alone; nil for a simulation.
    var trouble: LoopFault? { get }

    /// Fills in the newest data that has arrived from each sensor.
    mutating func sense(into observation: inout Observation) throws(LoopFault)

    /// Lets `substeps` timesteps pass while `command` is held.
    mutating func advance(holding command: JointCommand, substeps: Int) throws(LoopFault)
}

extension Plant {
    /// A world that moves when it is told to.
    public var movesByItself: Bool { false }

    /// None.
    public var trouble: LoopFault? { nil }
}

/// How an episode stands, as judged by the task's success predicate.
public struct EpisodeStatus: Equatable, Sendable, BitwiseCopyable {
    /// Whether the predicate holds now.
    public var holdsNow = false
    /// Whether the predicate has ever held.
    public var heldOnce = false
    /// When the predicate had first held for the task's hold time; taken back where a task judged
    /// at its end breaks it again.
    public var succeededAt: TimeSpan?
    /// Whether the predicate stayed true for 0.5 s from the first time it held.
    ///
    /// Nil as long as that is open. A predicate that does not is flickering.
    public var wasSteady: Bool?

    /// An episode in which nothing has happened yet.
    public init() {}
}
