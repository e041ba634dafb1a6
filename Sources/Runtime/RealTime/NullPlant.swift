public import Robots

/// A robot without a world: its joints are where they were commanded, at once.
///
/// It costs next to nothing, so that a loop over it measures the loop.
public struct NullPlant: Plant, Sendable {
    private let rate: ControlRate
    private var state: JointState
    private var substeps = 0
    /// Always undecided.
    public let status = EpisodeStatus()

    /// Creates a plant at its start.
    ///
    /// - Parameters:
    ///   - rate: How long one substep lasts.
    ///   - start: Where the joints are.
    public init(rate: ControlRate, start: JointState) {
        self.rate = rate
        state = start
    }

    /// The substeps that have passed, as time.
    public var elapsed: TimeSpan { rate.instant(afterSubsteps: substeps) }
    /// The last command, at rest.
    public var jointState: JointState { state }

    /// Fills in the joints; there is no tool and there are no pictures.
    public mutating func sense(into observation: inout Observation) {
        observation.capturedAt = elapsed
        observation.jointPositions = state.positions
        observation.jointVelocities = state.velocities
        observation.gripperOpening = state.gripperOpening
        observation.cloud.capturedAt = elapsed
        for index in observation.frames.indices { observation.frames[index].capturedAt = elapsed }
    }

    /// Counts the substeps and takes the command over.
    public mutating func advance(holding command: JointCommand, substeps: Int) {
        guard substeps > 0 else { return }
        self.substeps += substeps
        state.positions = command.arm
        state.gripperOpening = command.gripperOpening
    }
}
