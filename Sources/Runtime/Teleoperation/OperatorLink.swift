import Synchronization

/// Carries an operator's wishes from a device's thread to the loop's, without locks.
///
/// A keyboard, a game pad or a script writes; the policy that stands for the operator reads inside
/// the tick, and the episode's runner reads requests between ticks.
public final class OperatorLink: Sendable {
    /// What an operator may ask for beside motion.
    public enum Request: UInt8, Sendable {
        /// End the running episode, or keep the one that has ended.
        case accept = 1
        /// Throw the episode away and begin it again.
        case discard
        /// Throw the episode away and go on to the next scene.
        case skip
    }

    private let motion = Atomic<UInt64>(0)
    private let closes = Atomic<Bool>(false)
    private let asked = Atomic<UInt8>(0)

    /// Creates a link on which nothing has been asked for.
    public init() {}

    /// The command of the moment.
    public var command: OperatorCommand {
        OperatorCommand(
            packedMotion: motion.load(ordering: .relaxed),
            closesGripper: closes.load(ordering: .relaxed)
        )
    }

    /// Sets the motion, each number in `-1...1` of the operator's speed, about the world's axes.
    public func move(linear: SIMD3<Float>, angular: SIMD3<Float> = .zero) {
        let command = OperatorCommand(linear: linear, angular: angular)
        motion.store(command.packedMotion, ordering: .relaxed)
    }

    /// Closes an open gripper, opens a closed one.
    public func toggleGripper() { closes.logicalXor(true, ordering: .relaxed) }

    /// Opens the gripper and forgets requests: an episode is about to begin.
    public func beginEpisode() {
        closes.store(false, ordering: .relaxed)
        asked.store(0, ordering: .relaxed)
    }

    /// Asks; a request that has not been taken yet is replaced.
    public func ask(_ request: Request) { asked.store(request.rawValue, ordering: .relaxed) }

    /// Takes the request, if there is one.
    public func takeRequest() -> Request? {
        Request(rawValue: asked.exchange(0, ordering: .relaxed))
    }
}
